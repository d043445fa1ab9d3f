import * as z from 'zod';
import { message, type Message } from '../../messages/message.ts';
import type { TextContent } from '../text-content.ts';

/** The first Docker Desktop that reads a key. */
export interface FirstDesktopVersion {
  readonly version: string;
  /** If it was added later with WSL 2. */
  readonly wsl2?: string;
}

/** Operating systems of Docker Desktop, by Node's names. */
export type DesktopPlatform = 'darwin' | 'win32' | 'linux';

/** Facts about a key in addition to its type. */
export interface KeyFacts {
  /** One sentence for editors. */
  readonly description: Message;
  /**
   * Who reads it: `engine` = this project's gateway and engines, `desktop` = Docker Desktop, `both`, `editor`
   * = text editors only. Members inherit it.
   */
  readonly usedBy?: 'engine' | 'desktop' | 'both' | 'editor';
  /** Docker Desktop reads it only on these. Members inherit it. */
  readonly platforms?: readonly DesktopPlatform[];
  /** The meaning of a missing key, if the engines of this project read it. */
  readonly default?: boolean | string | number | undefined;
  /** The only valid value. Another one has a finding of its own, and is not a wrong type. */
  readonly constant?: number;
  /** Frequent beginnings of a string. */
  readonly examples?: readonly string[];
  /** The content of a string: a JSON document of its own, the name of a Docker command, an address, … */
  readonly content?: 'json' | 'docker-command' | TextContent;
  readonly since?: FirstDesktopVersion;
}

const facts = z.registry<KeyFacts>();

/** The facts about a key's schema; undefined for a schema that `key` did not create. */
export const factsOf = (schema: z.core.$ZodType): KeyFacts | undefined => facts.get(schema);

/** A schema with the facts about the key. */
export function key<T extends z.ZodType>(type: T, known: KeyFacts): T {
  facts.add(type, known);
  return type;
}

/** An optional boolean member. */
export const bool = (description: Message, missing?: boolean) =>
  key(z.boolean(), { description, default: missing }).optional();

/** An optional string member. */
export const text = (description: Message, more: Partial<KeyFacts> = {}) =>
  key(z.string(), { description, ...more }).optional();

/** An optional member: one of these strings. */
export const oneOf = <const T extends readonly string[]>(
  values: T,
  description: Message,
  missing?: T[number],
) => key(z.enum(values), { description, default: missing }).optional();

/** An optional member of any type. */
export const anything = (description: Message, more: Partial<KeyFacts> = {}) =>
  key(z.unknown(), { description, ...more }).optional();

/** An optional list member. */
export const list = <T extends z.ZodType>(item: T, description: Message, more: Partial<KeyFacts> = {}) =>
  key(z.array(item), { description, ...more }).optional();

/** An object. Every one is loose: unknown keys, and keys of other platforms, are ignored and kept. */
export const object = <T extends z.ZodRawShape>(
  shape: T,
  description: Message,
  more: Partial<KeyFacts> = {},
) => key(z.looseObject(shape), { description, ...more });

/** An optional object member. */
export const group = <T extends z.ZodRawShape>(
  shape: T,
  description: Message,
  more: Partial<KeyFacts> = {},
) => object(shape, description, more).optional();

/** The lock of an entry. */
export const locked = bool(message('settings-keys.locked'));

/**
 * A `{ "locked": …, "value": … }` entry. `valueFacts` are about the value alone, `more` about the whole
 * entry.
 */
export const entry = <T extends z.ZodType>(
  type: T,
  description: Message,
  more: Partial<KeyFacts> = {},
  valueFacts: Partial<KeyFacts> = {},
) => group({ locked, value: key(type, { description, ...valueFacts }).optional() }, description, more);
