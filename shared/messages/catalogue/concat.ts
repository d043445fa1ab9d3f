/** The text of several parts, as a literal type. */
type Concatenated<Parts extends readonly string[]> = Parts extends readonly [
  infer First extends string,
  ...infer Rest extends readonly string[],
]
  ? `${First}${Concatenated<Rest>}`
  : '';

/**
 * Joins the parts of a long text. Unlike `+` it keeps the literal type, in which the names of the values
 * stand.
 */
export const concat = <const Parts extends readonly string[]>(...parts: Parts): Concatenated<Parts> =>
  // join() forgets the literal type.
  parts.join('') as Concatenated<Parts>;
