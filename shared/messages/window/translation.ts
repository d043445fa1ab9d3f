/**
 * What a language other than English must have: the keys of the English texts, no more and no fewer, except
 * that Chinese has one plural form: `x_other` is required, `x_one` may not be there.
 */
export type Translation<English> = {
  readonly [Key in keyof English as Key extends `${string}_one` ? never : Key]: English[Key] extends string
    ? string
    : Translation<English[Key]>;
};
