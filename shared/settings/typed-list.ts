/** The names in a field in which somebody types several, by commas or blanks. */
export const namesIn = (text: string): readonly string[] =>
  text.split(/[\s,]+/).filter((name) => name !== '');

/** Names as somebody types them into one field. */
export const typedNames = (names: readonly string[]): string => names.join(', ');
