/** Escapes all other characters of a text that is JSON or code. */
export const escapeNonAscii = (text) =>
  text.replace(/[^\0-\x7f]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
