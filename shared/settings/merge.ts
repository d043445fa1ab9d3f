import { identityOf, isUnorderedList, sameJson } from './diff.ts';
import { editSettings } from './edit.ts';
import { parseSettings } from './parse.ts';
import { childPointer, toPointer, type SettingsPath } from './pointer.ts';

/** A place that both sides changed differently. A value that is missing on a side is undefined. */
export interface MergeOverlap {
  /** Identifies it among the overlaps of one merge. */
  readonly key: string;
  /** Its place in the draft, or in the file if it is missing in the draft. */
  readonly pointer: string;
  readonly base: unknown;
  readonly theirs: unknown;
  readonly mine: unknown;
}

export type MergeSide = 'mine' | 'theirs';

export type MergeResult =
  /** `text` is null while an overlap is not decided. */
  | { readonly kind: 'merged'; readonly text: string | null; readonly overlaps: readonly MergeOverlap[] }
  /** One of the three is not JSON: a semantic merge is impossible. */
  | { readonly kind: 'unreadable'; readonly side: 'base' | MergeSide };

/**
 * Semantic three-way merge: what `mine` changed since `base` is written into `theirs`, and every byte of
 * `theirs` that need not change stays. Objects are merged member by member, lists without a meaningful order
 * element by element; what both changed differently is an overlap, decided by `choices` (by its key). '' is
 * "no file".
 */
export function mergeSettings(
  base: string,
  theirs: string,
  mine: string,
  choices: Readonly<Record<string, MergeSide>> = {},
): MergeResult {
  // One side did not change the text: the other's is the result, formatting included.
  if (theirs === base || theirs === mine) return { kind: 'merged', text: mine, overlaps: [] };
  if (mine === base) return { kind: 'merged', text: theirs, overlaps: [] };
  const values: Record<string, unknown>[] = [];
  for (const [side, text] of [
    ['base', base],
    ['theirs', theirs],
    ['mine', mine],
  ] as const) {
    const value = read(text);
    if (value === null) return { kind: 'unreadable', side };
    values.push(value);
  }
  const merge = new Merge(theirs, choices);
  merge.at([], '', values[0], values[1], values[2]);
  return { kind: 'merged', text: merge.undecided ? null : merge.text, overlaps: merge.overlaps };
}

function read(text: string): Record<string, unknown> | null {
  if (text === '') return {};
  const parsed = parseSettings(text);
  return parsed.ok ? parsed.value.value : null;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown): boolean =>
  a === undefined || b === undefined ? a === b : sameJson(a, b);

class Merge {
  /** Theirs, with the changes of mine written so far. */
  text: string;
  undecided = false;
  readonly overlaps: MergeOverlap[] = [];
  readonly #choices: Readonly<Record<string, MergeSide>>;

  constructor(theirs: string, choices: Readonly<Record<string, MergeSide>>) {
    this.text = theirs;
    this.#choices = choices;
  }

  /**
   * `path` is the place in the current `theirs`; `key` identifies the place independent of shifting indexes.
   */
  at(path: SettingsPath, key: string, base: unknown, theirs: unknown, mine: unknown): void {
    if (same(mine, base) || same(mine, theirs)) return;
    if (same(theirs, base)) {
      this.#write(path, mine);
      return;
    }
    // Both created a value: merged by members, too.
    if (isRecord(theirs) && isRecord(mine) && (base === undefined || isRecord(base))) {
      this.#object(path, key, base ?? {}, theirs, mine);
      return;
    }
    if (
      Array.isArray(theirs) &&
      Array.isArray(mine) &&
      (base === undefined || Array.isArray(base)) &&
      isUnorderedList(toPointer(path)) &&
      this.#list(path, key, base ?? [], theirs, mine)
    )
      return;
    this.#overlap(path, key, base, theirs, mine);
  }

  #object(
    path: SettingsPath,
    key: string,
    base: Readonly<Record<string, unknown>>,
    theirs: Readonly<Record<string, unknown>>,
    mine: Readonly<Record<string, unknown>>,
  ): void {
    for (const name of new Set([...Object.keys(base), ...Object.keys(mine)])) {
      this.at([...path, name], childPointer(key, name), own(base, name), own(theirs, name), own(mine, name));
    }
  }

  /** False if an element occurs twice in a list: then elements can't be matched. */
  #list(
    path: SettingsPath,
    key: string,
    base: readonly unknown[],
    theirs: readonly unknown[],
    mine: readonly unknown[],
  ): boolean {
    const [inBase, inTheirs, inMine] = [byIdentity(base), byIdentity(theirs), byIdentity(mine)];
    if (inBase === null || inTheirs === null || inMine === null) return false;
    const place = (identity: string): SettingsPath => [...path, [...inTheirs.keys()].indexOf(identity)];
    for (const [identity, element] of inTheirs) {
      if (inMine.has(identity))
        this.at(place(identity), `${key}/${identity}`, inBase.get(identity), element, inMine.get(identity));
    }
    // From the end, so that earlier indexes stay valid.
    for (const [identity, element] of [...inTheirs].toReversed()) {
      if (!inMine.has(identity) && inBase.has(identity))
        this.at(place(identity), `${key}/${identity}`, inBase.get(identity), element, undefined);
    }
    for (const [identity, element] of inMine) {
      if (inTheirs.has(identity)) continue;
      if (!inBase.has(identity)) this.#write([...path, '-'], element);
      else if (!same(inBase.get(identity), element))
        this.#overlap([...path, '-'], `${key}/${identity}`, inBase.get(identity), undefined, element);
    }
    return true;
  }

  #overlap(path: SettingsPath, key: string, base: unknown, theirs: unknown, mine: unknown): void {
    this.overlaps.push({ key, pointer: toPointer(path), base, theirs, mine });
    const choice = this.#choices[key];
    if (choice === undefined) this.undecided = true;
    else if (choice === 'mine') this.#write(path, mine);
  }

  #write(path: SettingsPath, value: unknown): void {
    const written = editSettings(this.text, path, value);
    // Every place that is written was found in the text itself.
    if (!written.ok) throw new Error(`a merge could not write ${toPointer(path)}: ${written.error.message}`);
    this.text = written.value;
  }
}

const own = (object: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(object, name) ? object[name] : undefined;

function byIdentity(list: readonly unknown[]): ReadonlyMap<string, unknown> | null {
  const found = new Map(list.map((element) => [identityOf(element), element]));
  return found.size === list.length ? found : null;
}
