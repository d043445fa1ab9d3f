import type { Exceeded } from './sizes.ts';

/** Why a document is not read. */
export class Refusal extends Error {
  readonly exceeded: Exceeded | undefined;
  constructor(why: string, exceeded?: Exceeded) {
    super(why);
    this.exceeded = exceeded;
  }
}

/** It is no JSON; the text is that of Go's decoder. */
export class SyntaxRefusal extends Refusal {}

/** What the engine says of more than one document. */
export const contentAfterJson = 'unexpected content after JSON';

const escapes: Readonly<Record<string, string>> = {
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\\': '\\\\',
};

/** The error of Go's decoder for a character, or the end, in a place where something else has to be. */
export function unexpected(text: string, at: number, place: string): SyntaxRefusal {
  // It reads bytes.
  const [byte] = new TextEncoder().encode(text.slice(at, at + 2));
  if (byte === undefined) return new SyntaxRefusal('unexpected EOF');
  const character = String.fromCharCode(byte);
  const shown =
    escapes[character] ??
    (byte < 0x20 || byte === 0x7f ? `\\x${byte.toString(16).padStart(2, '0')}` : character);
  return new SyntaxRefusal(`invalid character '${shown}' ${place}`);
}

/** The content of a string with escapes, which JSON.parse reads by the same rules. */
export function unescaped(raw: string): string {
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    const [before = ''] = /^(?:[^\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*/.exec(raw) ?? [];
    const [hex] = /^\\u[0-9a-fA-F]*/.exec(raw.slice(before.length)) ?? [];
    // The quote that ends the string stands for what is missing.
    throw hex === undefined
      ? unexpected(`${raw}"`, before.length + 1, 'in string escape code')
      : unexpected(`${raw}"`, before.length + hex.length, 'in \\u hexadecimal character escape');
  }
}
