import { parseSettings } from './parse.ts';
import { childPointer } from './pointer.ts';
import type { SettingsChange } from './changes.ts';
import type { SettingPage } from '../pages/pages.ts';
import { pageOfSetting } from '../pages/setting-page.ts';

/** The name of the page that edits it, as part of a change. */
const changePage: Readonly<Record<SettingPage, SettingsChange['page']>> = {
  isolation: 'isolation',
  'docker-socket': 'socket',
  'file-sharing': 'file-sharing',
  json: 'other',
};

/**
 * The semantic differences between two settings texts, leaf by leaf and list element by list element;
 * formatting and key order do not count. '' is "no file". Pointers of removed things are places in `before`,
 * all others places in `after`. A list or an empty object that is added or removed as a whole is one change.
 * If a text can't be parsed, the whole document is one change.
 */
export function diffSettings(before: string, after: string): SettingsChange[] {
  if (before === after) return [];
  const [from, to] = [read(before), read(after)];
  if (from === null || to === null) return [change('', 'changed', before, after)];
  return compare(from, to, '');
}

/** Whether one of the changes needs an engine restart, for any engine that reads its settings on change. */
export const restartNeeded = (changes: readonly SettingsChange[]): boolean =>
  changes.some((c) => c.needs === 'engine-restart');

function read(text: string): Readonly<Record<string, unknown>> | null {
  if (text === '') return {};
  const parsed = parseSettings(text);
  return parsed.ok ? parsed.value.value : null;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function compare(before: unknown, after: unknown, pointer: string): SettingsChange[] {
  if (isRecord(before) && isRecord(after)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
    return names.flatMap((name) => {
      const at = childPointer(pointer, name);
      if (!Object.hasOwn(before, name)) return leaves(after[name], at, 'added');
      if (!Object.hasOwn(after, name)) return leaves(before[name], at, 'removed');
      return compare(before[name], after[name], at);
    });
  }
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, pointer);
  return sameJson(before, after) ? [] : [change(pointer, 'changed', before, after)];
}

/**
 * An added or removed object counts as many changes as it has leaves, as an administrator would count them.
 */
function leaves(value: unknown, pointer: string, kind: 'added' | 'removed'): SettingsChange[] {
  if (isRecord(value) && Object.keys(value).length > 0)
    return Object.entries(value).flatMap(([name, member]) =>
      leaves(member, childPointer(pointer, name), kind),
    );
  return [
    kind === 'added'
      ? change(pointer, 'added', undefined, value)
      : change(pointer, 'removed', value, undefined),
  ];
}

/** Lists whose order has no meaning. The per-image lists are not among them: their first match counts. */
const unordered = new RegExp(
  '^/(filesharingAllowedDirectories|bulkhead/(?:devices|networkVolumes)|' +
    'enhancedContainerIsolation/dockerSocketMount/(imageList/images|commandList/commands)|' +
    String.raw`bulkhead/perImageCommandLists/\d+/commands)$`,
);

/** Whether the order of the list at this pointer is irrelevant. */
export const isUnorderedList = (pointer: string): boolean => unordered.test(pointer);

function compareLists(
  before: readonly unknown[],
  after: readonly unknown[],
  pointer: string,
): SettingsChange[] {
  const pairs = isUnorderedList(pointer) ? pairUnordered(before, after) : pairInOrder(before, after);
  const paired = { before: new Set(pairs.map(([b]) => b)), after: new Map(pairs.map(([b, a]) => [a, b])) };
  const removed = before.flatMap((element, index) =>
    paired.before.has(index) ? [] : [change(childPointer(pointer, index), 'removed', element, undefined)],
  );
  const rest = after.flatMap((element, index) => {
    const partner = paired.after.get(index);
    return partner === undefined
      ? [change(childPointer(pointer, index), 'added', undefined, element)]
      : compare(before[partner], element, childPointer(pointer, index));
  });
  return [...removed, ...rest];
}

/** Elements are identical when they are equal or, for objects, have the same `path` or `image`. */
export function identityOf(element: unknown): string {
  if (isRecord(element)) {
    for (const key of ['path', 'image'])
      if (typeof element[key] === 'string') return `${key}:${element[key]}`;
  }
  return `json:${canonical(element)}`;
}

type Pair = readonly [before: number, after: number];

function pairUnordered(before: readonly unknown[], after: readonly unknown[]): Pair[] {
  const free = new Map<string, number[]>();
  before.forEach((element, index) => {
    const key = identityOf(element);
    const list = free.get(key);
    if (list === undefined) free.set(key, [index]);
    else list.push(index);
  });
  return after.flatMap((element, index) => {
    const partner = free.get(identityOf(element))?.shift();
    return partner === undefined ? [] : [[partner, index] as const];
  });
}

/** Longest common subsequence if that is affordable; else the common prefix and suffix. */
function pairInOrder(before: readonly unknown[], after: readonly unknown[]): Pair[] {
  const [a, b] = [before.map(identityOf), after.map(identityOf)];
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (
    tail < a.length - head &&
    tail < b.length - head &&
    a[a.length - 1 - tail] === b[b.length - 1 - tail]
  )
    tail++;
  const pairs: Pair[] = Array.from({ length: head }, (_, i) => [i, i] as const);
  const [m, n] = [a.length - head - tail, b.length - head - tail];
  if (m * n > 0 && m * n <= 1_000_000) {
    // best[i][j] = length of the longest common subsequence after i and j, as one flat table.
    const best = new Int32Array((m + 1) * (n + 1));
    const cell = (i: number, j: number): number => best[i * (n + 1) + j] ?? 0;
    for (let i = m - 1; i >= 0; i--) {
      for (let j = n - 1; j >= 0; j--)
        best[i * (n + 1) + j] =
          a[head + i] === b[head + j] ? cell(i + 1, j + 1) + 1 : Math.max(cell(i + 1, j), cell(i, j + 1));
    }
    for (let i = 0, j = 0; i < m && j < n;) {
      if (a[head + i] === b[head + j]) {
        pairs.push([head + i, head + j]);
        i++;
        j++;
      } else if (cell(i + 1, j) >= cell(i, j + 1)) i++;
      else j++;
    }
  }
  for (let i = tail; i > 0; i--) pairs.push([a.length - i, b.length - i]);
  return pairs;
}

/** JSON text with sorted keys, so that equal values have equal texts. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (isRecord(value))
    return `{${Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
      .join(',')}}`;
  return JSON.stringify(value) ?? 'null';
}

/** JSON.stringify writes 1e400 (parsed as Infinity) as null; that must not make the two equal. */
export const sameJson = (a: unknown, b: unknown): boolean =>
  Object.is(a, b) ||
  (typeof a !== 'number' && typeof b !== 'number' && canonical(a) === canonical(b)) ||
  (a === 0 && b === 0);

function change(
  pointer: string,
  kind: SettingsChange['kind'],
  before: unknown,
  after: unknown,
): SettingsChange {
  return {
    pointer,
    kind,
    page: changePage[pageOfSetting(pointer)],
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    needs: needsOf(pointer, before, after),
  };
}

/**
 * Turning ECI on or off reloads the engine, another backend restarts it; everything else is reloaded by the
 * gateway. A missing toggle means off.
 */
function needsOf(pointer: string, before: unknown, after: unknown): SettingsChange['needs'] {
  if (pointer === '') return 'nothing';
  if (pointer === '/enhancedContainerIsolation/value')
    return (before === true) === (after === true) ? 'nothing' : 'engine-reload';
  if (pointer === '/bulkhead/backend')
    return (before ?? 'auto') === (after ?? 'auto') ? 'nothing' : 'engine-restart';
  return 'nothing';
}
