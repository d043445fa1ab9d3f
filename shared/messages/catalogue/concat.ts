/** The text of several parts, as a literal type. */
type Concatenated<Parts extends readonly string[]> = Parts extends readonly [
  infer First extends string,
  ...infer Rest extends readonly string[],
]
  ? `${First}${Concatenated<Rest>}`
  : '';

/**
 * Joins the parts of a long text. Unlike `+` it keeps the literal type, which contains the names of the
 * values.
 */
export const concat = <const Parts extends readonly string[]>(...parts: Parts): Concatenated<Parts> =>
  // the type of join() is not literal
  parts.join('') as Concatenated<Parts>;
