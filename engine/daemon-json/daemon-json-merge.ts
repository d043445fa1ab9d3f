import {
  findConflicts,
  type DesiredEngineConfig,
  type EngineConfigConflict,
} from './daemon-json-conflicts.ts';
import {
  applyEdits,
  findNodeAtLocation,
  getNodeValue,
  modify,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { DaemonJsonChange } from '../../shared/apply/plan.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { message } from '../../shared/messages/message.ts';
import { plainRuntime } from './launch-config.ts';

const path = z.array(z.string());
/**
 * The content of daemon.json before ECI was turned on; kept in DIR/daemon-json.before.json while ECI is on.
 */
export const recordedConfigSchema = z.object({
  version: z.literal(1),
  /** The whole previous text of the file, null if there was no file. */
  original: z.string().nullable(),
  /** The text as we wrote it: while it is unchanged, `original` can be restored byte for byte. */
  merged: z.string(),
  keys: z.array(z.object({ path, had: z.boolean(), before: z.unknown().optional(), ours: z.unknown() })),
  /** Objects that were created to contain our keys; `wasNull`: replacing a null. */
  created: z.array(z.object({ path, wasNull: z.boolean() })),
});
export type RecordedConfig = z.infer<typeof recordedConfigSchema>;

export interface EngineConfigPlan {
  /** The new text of the file; null = no file. With conflicts: the current text. */
  readonly text: string | null;
  /** The record for turning ECI off; null = none. */
  readonly record: RecordedConfig | null;
  readonly changes: readonly DaemonJsonChange[];
  readonly conflicts: readonly EngineConfigConflict[];
}

/**
 * Merges what ECI needs into daemon.json, or removes it again; with `desired` null, removes everything of
 * ours. Pure; every byte that need not change stays. Errors: daemon-json.invalid with line and column (the
 * engine would not start with such a file either).
 */
export function planEngineConfig(
  currentText: string | null,
  desired: DesiredEngineConfig | null,
  recorded: RecordedConfig | null,
): Result<EngineConfigPlan, AppError> {
  const document = parse(currentText);
  if (!document.ok) return document;
  const root = document.value;
  const doubled = duplicateKey(root);
  if (doubled !== null)
    return invalid(currentText ?? '', doubled.offset, `the key "${doubled.key}" occurs twice`);
  if (desired === null) return ok({ ...giveBack(currentText, recorded), conflicts: [] });
  const conflicts = findConflicts(root, desired);
  if (conflicts.length > 0) {
    const changes = conflicts.map((c): DaemonJsonChange => ({
      pointer: c.pointer,
      kind: 'conflict',
      before: c.value,
    }));
    return ok({ text: currentText, record: recorded, changes, conflicts });
  }
  return ok({
    ...(desired.eci || desired.configFile === 'machine'
      ? setKeys(currentText, desired, recorded)
      : giveBack(currentText, recorded)),
    conflicts: [],
  });
}

/**
 * Our keys: under ECI every container without an explicit runtime gets ours. Entitlements of builds, which
 * the engine reads only at its start, are left to the administrator: gateway and planner refuse them (C).
 */
function managedKeys(
  desired: DesiredEngineConfig,
  original: string | null,
): { path: string[]; value: unknown }[] {
  const { eci, runtimeName, runtimePath } = desired;
  const key = ['default-runtime'];
  if (desired.configFile === 'machine') {
    // At a reload the engine keeps a default runtime that the file does not name: it is always named.
    const other = find(original ?? '', key);
    const runtime = eci ? runtimeName : ((other === undefined ? undefined : valueOf(other)) ?? plainRuntime);
    return [
      { path: ['runtimes', runtimeName], value: { path: runtimePath } },
      { path: key, value: runtime },
    ];
  }
  return eci ? [{ path: key, value: runtimeName }] : [];
}

type Merge = Omit<EngineConfigPlan, 'conflicts'>;

function setKeys(
  current: string | null,
  desired: DesiredEngineConfig,
  recorded: RecordedConfig | null,
): Merge {
  // The file without our keys, also if an administrator edited it while ECI was on.
  const original = recorded === null ? current : giveBack(current, recorded).text;
  const managed = managedKeys(desired, original);
  let text = isBlank(original) ? '{}\n' : (original ?? '');
  const keys: RecordedConfig['keys'] = [];
  const created: RecordedConfig['created'] = [];
  for (const { path: at, value } of managed) {
    for (let depth = 1; depth < at.length; depth++) {
      const parent = at.slice(0, depth);
      const node = find(text, parent);
      if (node !== undefined && node.type !== 'null') continue;
      created.push({ path: parent, wasNull: node !== undefined });
      // To the engine a null object equals a missing one, but it can't be edited inside.
      if (node !== undefined) text = set(text, parent, {});
    }
    const before = find(text, at);
    if (before === undefined) keys.push({ path: at, had: false, ours: value });
    else if (isDeepStrictEqual(valueOf(before), value)) continue;
    else keys.push({ path: at, had: true, before: valueOf(before), ours: value });
    text = set(text, at, value);
  }
  // All of it was there: the administrator's own, which is kept when ECI is turned off.
  if (keys.length === 0)
    return { text: original, record: null, changes: difference(current, original, managed) };
  const restoredKeys = (recorded?.keys ?? []).filter(
    (key) => !managed.some(({ path: at }) => isDeepStrictEqual(at, key.path)),
  );
  // A file that an administrator reformatted, with the same content, is not changed.
  const merged =
    current !== null && recorded !== null && restoredKeys.length === 0 && sameKeys(current, managed)
      ? current
      : text;
  return {
    text: merged,
    record: { version: 1, original, merged, keys, created },
    changes: [...undone(restoredKeys), ...difference(current, merged, managed)],
  };
}

function giveBack(current: string | null, recorded: RecordedConfig | null): Merge {
  if (recorded === null) return { text: current, record: null, changes: [] };
  if (current === recorded.merged)
    return { text: recorded.original, record: null, changes: undone(recorded.keys) };
  if (current === null || isBlank(current)) return { text: current, record: null, changes: [] };
  let text = current;
  // A key with another value than ours is the administrator's.
  const still = recorded.keys.filter((key) => {
    const node = find(text, key.path);
    return node !== undefined && isDeepStrictEqual(valueOf(node), key.ours);
  });
  for (const key of still) text = set(text, key.path, key.had ? key.before : undefined);
  for (const made of [...recorded.created].reverse()) {
    const node = find(text, made.path);
    if (node?.type === 'object' && (node.children ?? []).length === 0)
      text = set(text, made.path, made.wasNull ? null : undefined);
  }
  return { text, record: null, changes: undone(still) };
}

const undone = (keys: RecordedConfig['keys']): DaemonJsonChange[] =>
  keys.map((key): DaemonJsonChange =>
    key.had
      ? { pointer: pointer(key.path), kind: 'restored', before: key.ours, after: key.before }
      : { pointer: pointer(key.path), kind: 'removed', before: key.ours },
  );

function difference(
  current: string | null,
  text: string | null,
  managed: ReturnType<typeof managedKeys>,
): DaemonJsonChange[] {
  return managed.flatMap(({ path: at, value }): DaemonJsonChange[] => {
    const before = find(current ?? '', at);
    const had = before === undefined ? {} : { before: valueOf(before) };
    if (
      find(text ?? '', at) === undefined ||
      (before !== undefined && isDeepStrictEqual(valueOf(before), value))
    )
      return [];
    return [{ pointer: pointer(at), kind: 'set', ...had, after: value }];
  });
}

function sameKeys(text: string, wanted: { path: string[]; value: unknown }[]): boolean {
  return wanted.every(({ path: at, value }) => {
    const node = find(text, at);
    return node !== undefined && isDeepStrictEqual(valueOf(node), value);
  });
}

const isBlank = (text: string | null): boolean => text === null || withoutBom(text).trim() === '';
const withoutBom = (text: string): string => (text.startsWith('\uFEFF') ? text.slice(1) : text);
const pointer = (at: readonly string[]): string =>
  at.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** The value of a node, with objects like those of JSON.parse: jsonc-parser's have no prototype. */
const valueOf = (node: Node): unknown => JSON.parse(JSON.stringify(getNodeValue(node)));

function find(text: string, at: readonly string[]): Node | undefined {
  const root = parseTree(withoutBom(text));
  // jsonc-parser requires a mutable path.
  return root === undefined ? undefined : findNodeAtLocation(root, [...at]);
}

function set(text: string, at: readonly string[], value: unknown): string {
  const bom = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const body = withoutBom(text);
  const indent = /\n([ \t]+)\S/.exec(body)?.[1] ?? '  ';
  const eol = body.includes('\r\n') ? '\r\n' : '\n';
  const edits = modify(body, [...at], value, {
    formattingOptions: {
      insertSpaces: !indent.includes('\t'),
      tabSize: indent.includes('\t') ? 1 : indent.length,
      eol,
    },
  });
  return bom + applyEdits(body, edits);
}

/**
 * As strict as the engine's own parser: no comments, no trailing commas, one object. An empty file counts as
 * `{}`.
 */
function parse(text: string | null): Result<Node | undefined, AppError> {
  if (text === null || isBlank(text)) return ok(undefined);
  const body = withoutBom(text);
  const errors: ParseError[] = [];
  const root = parseTree(body, errors, { disallowComments: true, allowTrailingComma: false });
  const first = errors[0];
  if (first !== undefined) return invalid(body, first.offset, spacedText(printParseErrorCode(first.error)));
  if (root?.type !== 'object') return invalid(body, root?.offset ?? 0, 'it is not an object');
  try {
    JSON.parse(body);
  } catch (error) {
    return invalid(body, 0, error instanceof Error ? error.message : 'not JSON');
  }
  return ok(root);
}

/** "CommaExpected" → "comma expected". */
const spacedText = (code: string): string => code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();

function invalid(text: string, offset: number, reason: string): Result<never, AppError> {
  const before = withoutBom(text).slice(0, offset).split('\n');
  const line = before.length;
  const column = (before.at(-1)?.length ?? 0) + 1;
  return fail('daemon-json.invalid', message('daemon-json.unreadable'), {
    reason: message('daemon-json.line-column', { line, column, reason }),
    hint: message('daemon-json.not-overwritten'),
    params: { line, column },
  });
}

/** Of two equal keys the engine uses the last, editors the first: refused if it could matter. */
function duplicateKey(root: Node | undefined): { key: string; offset: number } | null {
  const runtimes = root === undefined ? undefined : findNodeAtLocation(root, ['runtimes']);
  for (const node of [root, runtimes]) {
    const keys = new Set<string>();
    for (const property of node?.type === 'object' ? (node.children ?? []) : []) {
      const key = String(property.children?.[0]?.value);
      if (keys.has(key)) return { key, offset: property.offset };
      keys.add(key);
    }
  }
  return null;
}
