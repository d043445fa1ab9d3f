import { repeatKey, type ActivityEntry } from '../../../shared/audit/activity.ts';

/** One line of the list: the newest of entries with the same repeat key. */
export interface Repeats {
  readonly key: string;
  readonly entry: ActivityEntry;
  readonly count: number;
  readonly first: string;
}

const keys = new WeakMap<ActivityEntry, string>();
/** An entry's repeat key, cached. */
export function keyOf(entry: ActivityEntry): string {
  const known = keys.get(entry);
  if (known !== undefined) return known;
  const key = repeatKey(entry);
  keys.set(entry, key);
  return key;
}

/** Entries (newest last) as lines, newest first; `ungrouped`: one line for each. */
export function linesOf(entries: readonly ActivityEntry[], ungrouped: boolean): readonly Repeats[] {
  if (ungrouped)
    return entries.toReversed().map((entry) => ({ key: entry.id, entry, count: 1, first: entry.time }));
  const lines = new Map<string, { key: string; entry: ActivityEntry; count: number; first: string }>();
  for (let index = entries.length - 1; index >= 0; index--) {
    const entry = entries[index];
    if (entry === undefined) continue;
    const key = keyOf(entry);
    const line = lines.get(key);
    if (line === undefined) lines.set(key, { key, entry, count: 1, first: entry.time });
    else {
      line.count++;
      line.first = entry.time;
    }
  }
  return [...lines.values()];
}
