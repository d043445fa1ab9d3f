import type { MessageId } from '../messages/catalogue/index.ts';

/** Id of the sentence about what the client can do. */
export type SizeAdvice = Extract<MessageId, `policy.advice-${string}`>;

/** Limits for a value of a request. */
export interface SizeLimits {
  /** Entries of the list, or of the object. */
  readonly entries?: number;
  /** Bytes of the string, or of each one in the value. */
  readonly bytes?: number;
  /** Bytes of each key in the value. */
  readonly keyBytes?: number;
  /** Bytes of all strings in the value, keys included. */
  readonly allBytes?: number;
  /** What the client can do if there are too many entries or total bytes, as a clause. */
  readonly instead?: SizeAdvice;
  /** The same if one is too long. */
  readonly shorter?: SizeAdvice;
  /** Of single fields of an object. */
  readonly fields?: Readonly<Record<string, SizeLimits>>;
  /** Of each element of a list. */
  readonly each?: SizeLimits;
}

/** What exceeded a limit. `at`: where, dotted; `has`: entries or bytes up to where it was parsed. */
export interface ExceededLimit {
  readonly kind: 'entries' | 'bytes' | 'allBytes';
  readonly at: string;
  readonly has: number;
  readonly most: number;
  readonly sizes: SizeLimits;
}

/** PATH_MAX of the kernel without its final NUL: bytes of a path. So it has 2,047 components at most. */
export const maxPathBytes = 4095;
/** MAX_ARG_STRLEN of the kernel without its final NUL: bytes of one argument or variable. */
export const maxArgumentBytes = 128 * 1024 - 1;

/** Limits of everything that has no limits of its own. */
export const defaultSizes = { entries: 1024, bytes: maxArgumentBytes, keyBytes: maxPathBytes } as const;

// eslint-disable-next-line no-control-regex -- ASCII begins with control characters
const ascii = /^[\u0000-\u007f]*$/;
const encoder = new TextEncoder();
/** Bytes of a text in UTF-8. */
export const utf8Bytes = (text: string): number =>
  ascii.test(text) ? text.length : encoder.encode(text).length;
