import { childPointer } from './pointer.ts';
import { message, referenceTo, type Message, type MessageReference, plainText } from '../messages/message.ts';

/** A known key whose value has the wrong type. */
export interface SettingsTypeError {
  readonly pointer: string;
  readonly message: string;
  /** The catalogue sentence of `message`. */
  readonly sentence: MessageReference;
  readonly expected: string;
  readonly found: string;
}

/** JSON's name for the type of a value. */
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

/** One issue of the schema about a document whose value is `root`. */
export function describeIssue(issue: Issue, root: unknown): SettingsTypeError {
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
  const sentence = message('settings.value-type-mismatch', {
    pointer,
    expected: typeof expected === 'string' ? typeText(expected) : expected,
    found: typeText(found),
  });
  return {
    pointer,
    expected: plainText(expected),
    found,
    message: sentence.text,
    sentence: referenceTo(sentence),
  };
}

/** The expected value: one of several values, a type, or anything else. */
function expectedText({ code, values, expected }: Issue): string | Message {
  if (code === 'invalid_value' && Array.isArray(values))
    return orList(values.map((value) => JSON.stringify(value)));
  if (expected === undefined) return message('settings.another-value');
  return expected === 'array' ? 'list' : String(expected);
}

const typeNames = ['boolean', 'string', 'number', 'integer', 'object', 'list', 'null', 'nothing'] as const;

/** A type of JSON as named in a sentence: "true or false", "a string". Anything else stays as it is. */
export function typeText(type: string): string | Message {
  const known = typeNames.find((name) => name === type);
  return known === undefined ? type : message(`settings.type-${known}`);
}

/** The allowed values: "a" or "b". */
export const orList = ([first = '', ...others]: readonly string[]): string | Message =>
  others.reduce<string | Message>(
    (all, value, index) =>
      message(index === others.length - 1 ? 'settings.either' : 'settings.either-of-more', {
        first: all,
        second: value,
      }),
    first,
  );
