import { plainText, type Message } from '../messages/message.ts';
import type { ExceededLimit } from './sizes.ts';

/** Why a document is refused. */
export class Refusal extends Error {
  readonly why: string | Message;
  readonly exceeded: ExceededLimit | undefined;
  constructor(why: string | Message, exceeded?: ExceededLimit) {
    super(plainText(why));
    this.why = why;
    this.exceeded = exceeded;
  }
}

/** Invalid JSON; the text is that of Go's decoder. */
export class SyntaxRefusal extends Refusal {}

/** The engine's error for more than one document. */
export const contentAfterJson = 'unexpected content after JSON';

const escapes: Readonly<Record<string, string>> = {
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\\': '\\\\',
};

/** The error of Go's decoder for an unexpected character or end. */
export function unexpected(text: string, at: number, place: string): SyntaxRefusal {
  // It counts bytes.
  const [byte] = new TextEncoder().encode(text.slice(at, at + 2));
  if (byte === undefined) return new SyntaxRefusal('unexpected EOF');
  const character = String.fromCharCode(byte);
  const shown =
    escapes[character] ??
    (byte < 0x20 || byte === 0x7f ? `\\x${byte.toString(16).padStart(2, '0')}` : character);
  return new SyntaxRefusal(`invalid character '${shown}' ${place}`);
}

/** The content of a string with escapes, which JSON.parse interprets by the same rules. */
export function unescaped(raw: string): string {
  try {
    return String(JSON.parse(`"${raw}"`));
  } catch {
    const [before = ''] = /^(?:[^\\]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*/.exec(raw) ?? [];
    const [hex] = /^\\u[0-9a-fA-F]*/.exec(raw.slice(before.length)) ?? [];
    // The quote that ends the string replaces the missing part.
    throw hex === undefined
      ? unexpected(`${raw}"`, before.length + 1, 'in string escape code')
      : unexpected(`${raw}"`, before.length + hex.length, 'in \\u hexadecimal character escape');
  }
}
