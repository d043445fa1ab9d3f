import { getLocation, type Location } from 'jsonc-parser';
import { message, type Message } from '../messages/message.ts';
import { commandGroups, dockerCommands, unsupportedCommands } from './commands.ts';
import { knownKeyAt, type KnownKey } from './known-keys.ts';
import { toPointer, type SettingsPath } from './pointer.ts';
import type { SettingsFormat } from '../targets/capabilities.ts';

/** A completion at a place of the document. */
export interface Suggestion {
  /** As written in the text: `"locked"`, `true`, `"image*"`. */
  readonly label: string;
  /**
   * The text to insert; `${…}` is a placeholder, the first is selected. Null for what can't be used here: it
   * is displayed only with the reason.
   */
  readonly insert: string | null;
  readonly kind: 'key' | 'value' | 'command' | 'group' | 'unsupported';
  /** Its meaning; null if the label is sufficient. */
  readonly about: Message | null;
  readonly key?: KnownKey;
}

export interface Suggestions {
  readonly from: number;
  readonly to: number;
  readonly options: readonly Suggestion[];
}

/** A known key at its position. */
export interface KeyHelp {
  readonly pointer: string;
  readonly path: SettingsPath;
  readonly key: KnownKey;
  /** Range of the key or value it is about. */ readonly from: number;
  readonly to: number;
}

/**
 * What may be written at `offset`, from what is known of the format; null if nothing is known. Works on texts
 * that are not (yet) JSON. `format` leaves out keys that only other engines read.
 */
export function suggestAt(
  text: string,
  offset: number,
  format: SettingsFormat = 'engine',
): Suggestions | null {
  const location = getLocation(text, offset);
  return location.isAtPropertyKey
    ? suggestKeys(text, offset, location, format)
    : suggestValues(text, offset, location);
}

/** The known key at `offset`: on the key itself, or in its value if that is not an object. */
export function keyAt(text: string, offset: number): KeyHelp | null {
  const { path, previousNode } = getLocation(text, offset);
  const key = path.length === 0 ? null : knownKeyAt(path);
  if (key === null || previousNode === undefined || offset > previousNode.offset + previousNode.length)
    return null;
  return {
    pointer: toPointer(path),
    path,
    key,
    from: previousNode.offset,
    to: previousNode.offset + previousNode.length,
  };
}

function suggestKeys(
  text: string,
  offset: number,
  { path, previousNode }: Location,
  format: SettingsFormat,
): Suggestions | null {
  const parentPath = path.slice(0, -1);
  const parent = knownKeyAt(parentPath);
  if (parent?.keys === undefined) return null;
  const typed =
    previousNode !== undefined && offset <= previousNode.offset + previousNode.length ? previousNode : null;
  const [from, to] = typed === null ? wordRangeAt(text, offset) : [typed.offset, typed.offset + typed.length];
  const present = siblings(text, from);
  const after = text.slice(to).trimStart();
  const options = Object.entries(parent.keys).flatMap(([name, key]): Suggestion[] => {
    const label = JSON.stringify(name);
    if (present.has(name) && text.slice(from, to) !== label) return [];
    if (format === 'desktop' && key.usedBy === 'engine') return [];
    const known = knownKeyAt([...parentPath, name]) ?? key;
    // If a value follows, only the name is being changed.
    const insert = after.startsWith(':')
      ? label
      : `${label}: ${skeleton(known)}${after.startsWith('"') ? ',' : ''}`;
    return [{ label, insert, kind: 'key', about: key.description, key: known }];
  });
  // Keys that this engine reads come first.
  const rank = ({ key }: Suggestion): number =>
    key?.usedBy === 'desktop' || key?.usedBy === 'editor' ? 1 : 0;
  return {
    from,
    to,
    options: format === 'engine' ? options.toSorted((a, b) => rank(a) - rank(b)) : options,
  };
}

function suggestValues(text: string, offset: number, { path, previousNode }: Location): Suggestions | null {
  const key = path.length === 0 ? null : knownKeyAt(path);
  if (key === null) return null;
  const inNode =
    previousNode !== undefined &&
    previousNode.type !== 'property' &&
    offset <= previousNode.offset + previousNode.length;
  const [from, to] = inNode
    ? [previousNode.offset, previousNode.offset + previousNode.length]
    : wordRangeAt(text, offset);
  // After a complete value a comma is expected, not another value.
  if (!inNode && from === to && needsComma(text.slice(0, from))) return null;
  const options = key.content === 'docker-command' ? commands() : values(key);
  return options.length === 0 ? null : { from, to, options };
}

function values(key: KnownKey): Suggestion[] {
  const value = (
    label: string,
    about: Message | null = key.missing === label ? message('settings.default-value') : null,
    insert = label,
  ): Suggestion => ({ label, insert, kind: 'value', about });
  if (key.values !== undefined) return key.values.map((one) => value(JSON.stringify(one)));
  switch (key.type) {
    case 'boolean':
      return [value('true'), value('false')];
    case 'object':
      return [value('{ }', key.description, skeleton(key))];
    case 'list':
      return [value('[ ]', key.description, skeleton(key))];
    case 'number':
      return key.constant === undefined ? [] : [value(String(key.constant), key.description)];
    case 'string':
      return (key.examples ?? []).map((one) => {
        const label = JSON.stringify(one);
        return value(label, null, `${label.slice(0, -1).replaceAll('$', '\\$')}\${}"`);
      });
    case 'any':
      return [];
  }
}

const commandsOf = (group: string): string =>
  dockerCommands
    .filter((one) => one.group === group)
    .map((one) => one.name)
    .join(', ');

function commands(): Suggestion[] {
  return [
    ...commandGroups.map((group): Suggestion => ({
      label: JSON.stringify(group),
      insert: JSON.stringify(group),
      kind: 'group',
      about: message('settings.command-group', { commands: commandsOf(group) }),
    })),
    ...dockerCommands.map((one): Suggestion => ({
      label: JSON.stringify(one.name),
      insert: JSON.stringify(one.name),
      kind: 'command',
      about: message('settings.command-description', { description: one.description }),
    })),
    ...Object.entries(unsupportedCommands).map(([name, why]): Suggestion => ({
      label: JSON.stringify(name),
      insert: null,
      kind: 'unsupported',
      about: message('settings.not-listable-because', { why }),
    })),
  ];
}

/** An initial value. For boolean switches, the one that enables them. */
function skeleton(key: KnownKey): string {
  const first = key.values?.[0];
  switch (key.type) {
    case 'boolean':
      return '${true}';
    case 'number':
      return key.constant === undefined ? '${0}' : String(key.constant);
    case 'string':
      return first === undefined ? '"${}"' : `"\${${first}}"`;
    case 'list':
      return '[${}]';
    case 'object':
      return key.keys?.['value'] !== undefined && key.keys['locked'] !== undefined
        ? `{ "locked": \${false}, "value": ${skeleton(key.keys['value'])} }`
        : '{ ${} }';
    case 'any':
      return '${}';
  }
}

/** Names that the object around `offset` has already. */
function siblings(text: string, offset: number): ReadonlySet<string> {
  const names = new Set<string>();
  // Only this object's own text is parsed: from its brace to its end.
  const start = openBrace(text, offset);
  let depth = 0,
    expectsKey = true;
  for (let i = start + 1; start >= 0 && i < text.length && depth >= 0; i++) {
    const c = text[i];
    if (c === '{' || c === '[') {
      depth++;
      expectsKey = false;
    } else if (c === '}' || c === ']') depth--;
    else if (c === ',' && depth === 0) expectsKey = true;
    else if (c === '"') {
      const end = stringEnd(text, i);
      if (depth === 0 && expectsKey) {
        try {
          names.add(String(JSON.parse(text.slice(i, end))));
        } catch {
          /* not a complete string yet */
        }
        expectsKey = false;
      }
      i = end - 1;
    }
  }
  return names;
}

function stringEnd(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
    else if (text[i] === '\n') return i;
  }
  return text.length;
}

/**
 * The brace that opens the object around `offset`, -1 for none. Scans from the beginning in order to skip
 * strings.
 */
function openBrace(text: string, offset: number): number {
  const open: number[] = [];
  for (let i = 0; i < offset; i++) {
    const c = text[i];
    if (c === '"') i = stringEnd(text, i) - 1;
    else if (c === '{' || c === '[') open.push(i);
    else if (c === '}' || c === ']') open.pop();
  }
  return open.at(-1) ?? -1;
}

/** Whether a comma is missing before the next member. */
const needsComma = (before: string): boolean => /["\]}\dA-Za-z]\s*$/.test(before.slice(-2000));

/** The bare word around `offset`: letters that are not in quotes yet. */
function wordRangeAt(text: string, offset: number): [number, number] {
  let from = offset;
  while (from > 0 && /[\w.$*-]/.test(text[from - 1] ?? '')) from--;
  return [from, offset];
}
