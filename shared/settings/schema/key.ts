import * as z from 'zod';
import { message, type Message } from '../../messages/message.ts';

/** The first Docker Desktop that reads a key. */
export interface DesktopSince {
  readonly version: string;
  /** Where it came later with WSL 2. */
  readonly wsl2?: string;
}

/** What is known of a key beside its type. */
export interface KeyFacts {
  /** One sentence for editors. */
  readonly description: Message;
  /**
   * Who reads it: `engine` = this project's gateway and engines, `desktop` = Docker Desktop, `both`, `editor`
   * = text editors only. Members inherit it.
   */
  readonly usedBy?: 'engine' | 'desktop' | 'both' | 'editor';
  /** Docker Desktop reads it only there. Members inherit it. */
  readonly platform?: 'darwin' | 'win32' | 'linux';
  /** What a missing one means, where the engines of this project act on it. */
  readonly default?: boolean | string | number | undefined;
  /** The only value there is. Another one is a finding of its own, no wrong type. */
  readonly constant?: number;
  /** What a string often begins with. */
  readonly examples?: readonly string[];
  /** What a string holds: a JSON document of its own, or the name of a Docker command. */
  readonly content?: 'json' | 'docker-command';
  readonly since?: DesktopSince;
}

const facts = z.registry<KeyFacts>();

/** What is known of a key's schema; undefined for a schema that `key` did not make. */
export const factsOf = (schema: z.core.$ZodType): KeyFacts | undefined => facts.get(schema);

/** A schema with what is known of the key. */
export function key<T extends z.ZodType>(type: T, known: KeyFacts): T {
  facts.add(type, known);
  return type;
}

/** A member that may be missing: true or false. */
export const bool = (description: Message, missing?: boolean) =>
  key(z.boolean(), { description, default: missing }).optional();

/** A member that may be missing: a string. */
export const text = (description: Message) => key(z.string(), { description }).optional();

/** A member that may be missing: one of these strings. */
export const oneOf = <const T extends readonly string[]>(
  values: T,
  description: Message,
  missing?: T[number],
) => key(z.enum(values), { description, default: missing }).optional();

/** A member that may be missing: a value of any type. */
export const anything = (description: Message, more: Partial<KeyFacts> = {}) =>
  key(z.unknown(), { description, ...more }).optional();

/** A member that may be missing: a list. */
export const list = <T extends z.ZodType>(item: T, description: Message, more: Partial<KeyFacts> = {}) =>
  key(z.array(item), { description, ...more }).optional();

/**
 * An object. Every one is loose: keys this version does not know, and keys of other platforms, are none of
 * its business and survive.
 */
export const object = <T extends z.ZodRawShape>(
  shape: T,
  description: Message,
  more: Partial<KeyFacts> = {},
) => key(z.looseObject(shape), { description, ...more });

/** A member that may be missing: an object. */
export const group = <T extends z.ZodRawShape>(
  shape: T,
  description: Message,
  more: Partial<KeyFacts> = {},
) => object(shape, description, more).optional();

/** The lock of an entry. */
export const locked = bool(message('settings-keys.locked'));

/**
 * A `{ "locked": …, "value": … }` entry. `valueFacts` is known of the value alone, `more` of the whole entry.
 */
export const entry = <T extends z.ZodType>(
  type: T,
  description: Message,
  more: Partial<KeyFacts> = {},
  valueFacts: Partial<KeyFacts> = {},
) => group({ locked, value: key(type, { description, ...valueFacts }).optional() }, description, more);
