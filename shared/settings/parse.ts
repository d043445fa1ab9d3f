import { parseTree, printParseErrorCode, visit, type Node, type ParseError } from 'jsonc-parser';
import { err, fail, ok, type AppError, type Result } from '../result.ts';
import { maxTextLength } from './limits.ts';
import { LineIndex, type Position } from './position.ts';
import { childPointer, type SettingsPath } from './pointer.ts';
import { message, referenceTo, type Message, type MessageReference, plainText } from '../messages/message.ts';
import { adminSettingsSchema, type AdminSettings } from './schema/index.ts';

/** Longest settings text, in UTF-16 units. */
export const maxSettingsLength = maxTextLength;
/** Deepest nesting of a settings document. The format itself needs six. */
export const maxSettingsDepth = 64;
/** How many syntax errors are listed; after the first the rest is mostly echo. */
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
 * Why a text is no settings document, and where. Its `length` is in UTF-16 units and may be 0 at the end of
 * the text.
 */
export interface SettingsSyntaxError extends Position {
  readonly code: SyntaxErrorCode;
  readonly length: number;
  /** English sentence with what to do. */
  readonly message: string;
  /** Which sentence of the catalogue it is. */
  readonly sentence: MessageReference;
  /** The line and carets under the place. */
  readonly excerpt: string;
}

/** A known key whose value has the wrong type. */
export interface SettingsTypeError {
  readonly pointer: string;
  readonly message: string;
  /** Which sentence of the catalogue `message` is. */
  readonly sentence: MessageReference;
  readonly expected: string;
  readonly found: string;
}

/** A key that an object holds twice. `offset`/`length` are the later key's. */
export interface DuplicateKey {
  readonly pointer: string;
  readonly key: string;
  readonly offset: number;
  readonly length: number;
  readonly firstOffset: number;
}

/** A text read as a settings document: strict JSON with an object at the top. */
export interface ParsedSettings {
  readonly text: string;
  /** As JSON.parse reads it: of a duplicated key the last one counts. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Syntax tree with offsets into `text`. */
  readonly tree: Node;
  readonly lines: LineIndex;
  readonly duplicates: readonly DuplicateKey[];
  readonly typeErrors: readonly SettingsTypeError[];
  /** The known keys, typed; null when one has a wrong type. */
  readonly settings: AdminSettings | null;
}

const messages: Record<SyntaxErrorCode, Message> = {
  empty: message('settings.file-is-empty-write-at-least-configurationfileversion'),
  bom: message('settings.file-starts-with-byte-order-mark-save'),
  'too-large': message('settings.file-is-larger-than-mib-settings-file', {
    maxSettingsLength: maxSettingsLength / 1024 / 1024,
  }),
  'too-deep': message('settings.document-is-nested-deeper-than-levels', { maxSettingsDepth }),
  comment: message('settings.comments-are-not-allowed-in-json-remove'),
  'trailing-comma': message('settings.there-is-comma-after-last-entry-remove'),
  'comma-expected': message('settings.comma-is-missing-between-two-entries'),
  'colon-expected': message('settings.colon-is-missing-between-key-and-value'),
  'value-expected': message('settings.value-is-missing-here-string-in-double'),
  'key-expected': message('settings.key-in-double-quotes-is-expected-here'),
  'close-expected': message('settings.closing-bracket-is-missing'),
  'end-expected': message('settings.document-has-ended-before-this-remove-what'),
  'string-unfinished': message('settings.string-is-not-closed-on-its-line'),
  'string-invalid': message('settings.string-holds-character-or-escape-that-json'),
  'number-invalid': message('settings.this-is-not-number-as-json-writes'),
  'symbol-invalid': message('settings.this-is-not-json-strings-and-keys'),
  'not-an-object': message('settings.document-must-be-object'),
};

/**
 * Reads a settings text. Strict: no comments, no trailing commas, no BOM, nothing after the document.
 * The empty text is an error here ('empty'); callers for whom '' means "no file" ask before.
 */
export function parseSettings(text: string): Result<ParsedSettings, SettingsSyntaxError[]> {
  const bom = text.startsWith('\uFEFF');
  if (text.length > maxSettingsLength)
    return err([located('too-large', new LineIndex(text.slice(0, 200)), 0, 0)]);
  const lines = new LineIndex(text);
  if (bom) return err([located('bom', lines, 0, 1)]);
  return parseBody(text, lines);
}

/**
 * Like parseSettings, but looks past a BOM (its place counts in every offset), so that a linter can say more
 * than "BOM".
 */
export function parseIgnoringBom(text: string): Result<ParsedSettings, SettingsSyntaxError[]> {
  return text.startsWith('\uFEFF') ? parseSettings(' ' + text.slice(1)) : parseSettings(text);
}

function parseBody(text: string, lines: LineIndex): Result<ParsedSettings, SettingsSyntaxError[]> {
  const deep = firstTooDeep(text);
  if (deep !== null) return err([located('too-deep', lines, deep, 1)]);
  let value: unknown;
  let strictMessage: string | null = null;
  try {
    value = JSON.parse(text);
  } catch (error) {
    strictMessage = error instanceof Error ? error.message : String(error);
  }
  if (strictMessage !== null) return err(syntaxErrors(text, lines, strictMessage));

  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { disallowComments: true });
  // JSON.parse took it, so the tree parser must; if the two ever disagree, the text is refused.
  if (tree === undefined || errors.length > 0) return err(syntaxErrors(text, lines, 'parsers disagree'));
  if (tree.type !== 'object') return err([located('not-an-object', lines, tree.offset, tree.length)]);

  const known = adminSettingsSchema.safeParse(value);
  return ok({
    text,
    lines,
    tree,
    value: value as Record<string, unknown>, // the tree's root is an object
    duplicates: findDuplicates(tree),
    settings: known.success ? known.data : null,
    typeErrors: known.success ? [] : known.error.issues.map((issue) => describeIssue(issue, value)),
  });
}

/** Offset of the first bracket nested too deep, or null. Both parsers recurse, so this comes first. */
function firstTooDeep(text: string): number | null {
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 92) i++;
      else if (c === 34 || c === 10 || c === 13) inString = false;
    } else if (c === 34) inString = true;
    else if (c === 123 || c === 91) {
      if (++depth > maxSettingsDepth) return i;
    } else if (c === 125 || c === 93) depth--;
  }
  return null;
}

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

function syntaxErrors(text: string, lines: LineIndex, strictMessage: string): SettingsSyntaxError[] {
  if (text.trim() === '') return [located('empty', lines, text.length, 0)];
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
  // Only JSON.parse objects (to a lone control character, say): take the place from its message.
  const at = Number(/position (\d+)/.exec(strictMessage)?.[1] ?? text.length);
  return [located('symbol-invalid', lines, at, 1)];
}

/**
 * A missing value or key right after a comma and before a bracket is a trailing comma; point at the comma.
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
    if (before !== null) return located('trailing-comma', lines, offset - before[0].length, 1);
  }
  return located(code, lines, offset, length);
}

function located(
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

function findDuplicates(root: Node): DuplicateKey[] {
  const found: DuplicateKey[] = [];
  const walk = (node: Node, pointer: string): void => {
    const children = node.children ?? [];
    if (node.type === 'array')
      children.forEach((child, index) => {
        walk(child, childPointer(pointer, index));
      });
    if (node.type !== 'object') return;
    const first = new Map<string, number>();
    for (const property of children) {
      const [key, value] = property.children ?? [];
      if (key === undefined) continue;
      const name = String(key.value);
      const at = childPointer(pointer, name);
      const earlier = first.get(name);
      if (earlier === undefined) first.set(name, key.offset);
      else
        found.push({ pointer: at, key: name, offset: key.offset, length: key.length, firstOffset: earlier });
      if (value !== undefined) walk(value, at);
    }
  };
  walk(root, '');
  return found;
}

/**
 * The node of a path, or undefined. Of a duplicated key the last one, as JSON.parse reads it. A number finds
 * a key in an object, a digit string an index in an array.
 */
export function nodeAt(root: Node, path: SettingsPath): Node | undefined {
  let node: Node | undefined = root;
  for (const segment of path) {
    if (node === undefined) return undefined;
    const children: Node[] = node.children ?? [];
    if (node.type === 'array')
      node = /^(0|[1-9]\d*)$/.test(String(segment)) ? children[Number(segment)] : undefined;
    else if (node.type === 'object') node = propertyOf(node, String(segment))?.children?.[1];
    else return undefined;
  }
  return node;
}

/** The property node (key and value) of an object; the last one of duplicates. */
export function propertyOf(object: Node, key: string): Node | undefined {
  return object.children?.findLast((property) => property.children?.[0]?.value === key);
}

/** What JSON calls the type of a value. */
export function jsonType(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  return typeof value === 'object' ? 'object' : typeof value;
}

type Issue = {
  readonly code?: string | undefined;
  readonly path: readonly PropertyKey[];
  readonly expected?: unknown;
  readonly values?: unknown;
  readonly message: string;
};

function describeIssue(issue: Issue, root: unknown): SettingsTypeError {
  const path = issue.path.map((segment) => (typeof segment === 'number' ? segment : String(segment)));
  let value: unknown = root;
  for (const segment of path)
    value =
      typeof value === 'object' && value !== null
        ? (value as Record<string | number, unknown>)[segment]
        : undefined; // JSON value
  const expected = expectedText(issue);
  const found =
    value === undefined
      ? 'nothing'
      : typeof value === 'string' && issue.code === 'invalid_value'
        ? JSON.stringify(value)
        : jsonType(value);
  const pointer = path.reduce<string>(childPointer, '');
  const sentence = message('settings.value-must-be', { pointer, expected, found });
  return {
    pointer,
    expected: plainText(expected),
    found,
    message: sentence.text,
    sentence: referenceTo(sentence),
  };
}

/** What a value must be: one of several values, a type, or anything else. */
function expectedText({ code, values, expected }: Issue): string | Message {
  if (code === 'invalid_value' && Array.isArray(values))
    return orList(values.map((value) => JSON.stringify(value)));
  if (expected === undefined) return message('settings.another-value');
  return expected === 'array' ? 'list' : String(expected);
}

/** Values of which one must be there: "a" or "b". */
export const orList = ([first = '', ...others]: readonly string[]): string | Message =>
  others.reduce<string | Message>(
    (all, value, index) =>
      message(index === others.length - 1 ? 'settings.either' : 'settings.either-of-more', {
        first: all,
        second: value,
      }),
    first,
  );

/**
 * The first syntax error as an AppError (code settings.syntax or settings.too-large) for callers that only
 * pass it on.
 */
export function syntaxAppError(errors: readonly SettingsSyntaxError[]): AppError {
  const [first] = errors;
  if (first === undefined)
    return fail('settings.syntax', message('settings.settings-file-is-not-valid-json')).error;
  const { code, line, column, excerpt } = first;
  const problem = { ...first.sentence, text: first.message };
  return fail(
    code === 'too-large' ? 'settings.too-large' : 'settings.syntax',
    message('settings.settings-file-cannot-be-read-line-column', { line, column }),
    {
      reason: message('common.problem-and-excerpt', { problem, excerpt }),
      hint: message('settings.correct-file-or-roll-back-to-last'),
      params: { line, column, syntax: code },
    },
  ).error;
}
