import { printParseErrorCode, visit } from 'jsonc-parser';
import { fail, type AppError } from '../result.ts';
import { LineIndex, type Position } from './position.ts';
import { message, referenceTo, type Message, type MessageReference } from '../messages/message.ts';
import { maxSettingsDepth, maxTextLength } from './document-limits.ts';

/** Maximum number of listed syntax errors; after the first the rest are mostly consequences. */
const maxErrors = 20;

export const syntaxErrorCodes = [
  'empty',
  'bom',
  'too-large',
  'too-deep',
  'comment',
  'trailing-comma',
  'comma-expected',
  'colon-expected',
  'value-expected',
  'key-expected',
  'close-expected',
  'end-expected',
  'string-unfinished',
  'string-invalid',
  'number-invalid',
  'symbol-invalid',
  'not-an-object',
] as const;
export type SyntaxErrorCode = (typeof syntaxErrorCodes)[number];

/**
 * Why a text is not a settings document, and where. Its `length` is in UTF-16 units and may be 0 at the end
 * of the text.
 */
export interface SettingsSyntaxError extends Position {
  readonly code: SyntaxErrorCode;
  readonly length: number;
  /** English sentence with what to do. */
  readonly message: string;
  /** The catalogue sentence of the message. */
  readonly sentence: MessageReference;
  /** The line, and carets under the position. */
  readonly excerpt: string;
}

const messages: Record<SyntaxErrorCode, Message> = {
  empty: message('settings.file-empty'),
  bom: message('settings.byte-order-mark'),
  'too-large': message('settings.file-too-large', {
    maxSettingsLength: maxTextLength / 1024 / 1024,
  }),
  'too-deep': message('settings.document-too-deep', { maxSettingsDepth }),
  comment: message('settings.json-comment'),
  'trailing-comma': message('settings.json-trailing-comma'),
  'comma-expected': message('settings.json-comma-missing'),
  'colon-expected': message('settings.json-colon-missing'),
  'value-expected': message('settings.json-value-missing'),
  'key-expected': message('settings.json-key-missing'),
  'close-expected': message('settings.json-bracket-missing'),
  'end-expected': message('settings.json-text-after-end'),
  'string-unfinished': message('settings.json-string-not-closed'),
  'string-invalid': message('settings.json-string-invalid'),
  'number-invalid': message('settings.json-number-invalid'),
  'symbol-invalid': message('settings.json-unknown-token'),
  'not-an-object': message('settings.document-not-object'),
};

const parserCodes: Record<string, SyntaxErrorCode> = {
  InvalidSymbol: 'symbol-invalid',
  InvalidNumberFormat: 'number-invalid',
  PropertyNameExpected: 'key-expected',
  ValueExpected: 'value-expected',
  ColonExpected: 'colon-expected',
  CommaExpected: 'comma-expected',
  CloseBraceExpected: 'close-expected',
  CloseBracketExpected: 'close-expected',
  EndOfFileExpected: 'end-expected',
  InvalidCommentToken: 'comment',
  UnexpectedEndOfComment: 'comment',
  UnexpectedEndOfString: 'string-unfinished',
  UnexpectedEndOfNumber: 'number-invalid',
  InvalidUnicode: 'string-invalid',
  InvalidEscapeCharacter: 'string-invalid',
  InvalidCharacter: 'string-invalid',
};

/**
 * The syntax errors of a text that JSON.parse refuses with `strictMessage`, at most 20, in the order of the
 * text.
 */
export function syntaxErrors(text: string, lines: LineIndex, strictMessage: string): SettingsSyntaxError[] {
  if (text.trim() === '') return [syntaxErrorAt('empty', lines, text.length, 0)];
  const found: SettingsSyntaxError[] = [];
  const visited = new Set<number>();
  const enough = new Error('enough');
  try {
    visit(
      text,
      {
        onError: (code, offset, length) => {
          if (!visited.has(offset))
            found.push(
              refine(text, lines, parserCodes[printParseErrorCode(code)] ?? 'symbol-invalid', offset, length),
            );
          visited.add(offset);
          if (found.length >= maxErrors) throw enough;
        },
      },
      { disallowComments: true },
    );
  } catch (error) {
    if (error !== enough) throw error;
  }
  if (found.length > 0) return found;
  // Only JSON.parse refuses it (a lone control character, for example): take the position from its message.
  const at = Number(/position (\d+)/.exec(strictMessage)?.[1] ?? text.length);
  return [syntaxErrorAt('symbol-invalid', lines, at, 1)];
}

/**
 * A missing value or key right after a comma and before a bracket is a trailing comma; the position is the
 * comma's.
 */
function refine(
  text: string,
  lines: LineIndex,
  code: SyntaxErrorCode,
  offset: number,
  length: number,
): SettingsSyntaxError {
  if ((code === 'value-expected' || code === 'key-expected') && /[\]}]/.test(text.charAt(offset))) {
    const before = /,[ \t\r\n]*$/.exec(text.slice(Math.max(0, offset - 10_000), offset));
    if (before !== null) return syntaxErrorAt('trailing-comma', lines, offset - before[0].length, 1);
  }
  return syntaxErrorAt(code, lines, offset, length);
}

/** A syntax error of `length` UTF-16 units at `offset`. */
export function syntaxErrorAt(
  code: SyntaxErrorCode,
  lines: LineIndex,
  offset: number,
  length: number,
): SettingsSyntaxError {
  return {
    code,
    ...lines.at(offset),
    length,
    message: messages[code].text,
    sentence: referenceTo(messages[code]),
    excerpt: lines.excerpt(offset, length),
  };
}

/**
 * The first syntax error as an AppError (code settings.syntax or settings.too-large) for callers that only
 * report it.
 */
export function syntaxAppError(errors: readonly SettingsSyntaxError[]): AppError {
  const [first] = errors;
  if (first === undefined) return fail('settings.syntax', message('settings.file-not-json')).error;
  const { code, line, column, excerpt } = first;
  const problem = { ...first.sentence, text: first.message };
  return fail(
    code === 'too-large' ? 'settings.too-large' : 'settings.syntax',
    message('settings.file-unreadable-at', { line, column }),
    {
      reason: message('common.problem-and-excerpt', { problem, excerpt }),
      hint: message('settings.correct-or-roll-back'),
      params: { line, column, syntax: code },
    },
  ).error;
}
