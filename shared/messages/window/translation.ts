/**
 * The required keys of a language other than English: exactly those of the English texts, except that Chinese
 * has one plural form: `x_other` is required, `x_one` not allowed.
 */
export type Translation<English> = {
  readonly [Key in keyof English as Key extends `${string}_one` ? never : Key]: English[Key] extends string
    ? string
    : Translation<English[Key]>;
};
