/** The same sentences in a language that has one plural form (`_other`), as Chinese has. */
export type Translated<English extends Readonly<Record<string, string>>> = Readonly<
  Record<Exclude<keyof English, `${string}_one`>, string>
>;
