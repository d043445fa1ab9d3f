/** The same sentences in another language. */
export type Translated<English extends Readonly<Record<string, string>>> = Readonly<
  Record<keyof English, string>
>;
