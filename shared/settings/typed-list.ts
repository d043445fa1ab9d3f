/** The names in a field for several names, separated by commas or blanks. */
export const namesIn = (text: string): readonly string[] =>
  text.split(/[\s,]+/).filter((name) => name !== '');

/** Names as typed into one field. */
export const typedNames = (names: readonly string[]): string => names.join(', ');
