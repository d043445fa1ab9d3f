/**
 * One line of a list as the page shows it beside what is applied. Indexes are places in the lists as they
 * stand.
 */
export type ListRow =
  | { readonly kind: 'same' | 'added'; readonly index: number; readonly value: string }
  | { readonly kind: 'edited'; readonly index: number; readonly value: string; readonly before: string }
  /** `index`: where it goes back to. */
  | { readonly kind: 'removed'; readonly index: number; readonly value: string };

/**
 * Draft and applied list as one list of rows. Order says nothing, as in the diff of the document: equal
 * entries are the same wherever they stand. What was removed and what was added at one place is an edit.
 */
export function listRows(before: readonly string[], after: readonly string[]): ListRow[] {
  const free = new Map<string, number[]>();
  before.forEach((value, index) => {
    free.set(value, [...(free.get(value) ?? []), index]);
  });
  const partnerOf = after.map((value) => free.get(value)?.shift());
  const afterOf = new Map(
    partnerOf.flatMap((partner, index) => (partner === undefined ? [] : [[partner, index] as const])),
  );

  // What is gone, by the entry it stood behind; -1 is the start.
  const removed = new Map<number, string[]>();
  let previous = -1;
  before.forEach((value, index) => {
    const still = afterOf.get(index);
    if (still === undefined) removed.set(previous, [...(removed.get(previous) ?? []), value]);
    else previous = still;
  });

  const rows: ListRow[] = [];
  let waiting = removed.get(-1) ?? [];
  const leave = (index: number) => {
    rows.push(...waiting.map((value): ListRow => ({ kind: 'removed', index, value })));
    waiting = [];
  };
  after.forEach((value, index) => {
    if (partnerOf[index] !== undefined) {
      leave(index);
      rows.push({ kind: 'same', index, value });
      waiting = removed.get(index) ?? [];
      return;
    }
    const [old, ...rest] = waiting;
    waiting = rest;
    rows.push(
      old === undefined ? { kind: 'added', index, value } : { kind: 'edited', index, value, before: old },
    );
  });
  leave(after.length);
  return rows;
}

/** The draft's list with one row's change taken back. */
export function undoRow(list: readonly string[], row: ListRow): string[] {
  switch (row.kind) {
    case 'same':
      return [...list];
    case 'added':
      return list.toSpliced(row.index, 1);
    case 'edited':
      return list.toSpliced(row.index, 1, row.before);
    case 'removed':
      return list.toSpliced(row.index, 0, row.value);
  }
}

/** Do two lists hold the same entries, in any order? */
export function sameEntries(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && listRows(a, b).every((row) => row.kind === 'same');
}
