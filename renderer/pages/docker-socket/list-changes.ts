/** One line of a list, compared with the applied one. Indexes refer to the current lists. */
export type ListRow =
  | { readonly kind: 'same' | 'added'; readonly index: number; readonly value: string }
  | { readonly kind: 'edited'; readonly index: number; readonly value: string; readonly before: string }
  /** `index`: where undo inserts it. */
  | { readonly kind: 'removed'; readonly index: number; readonly value: string };

/**
 * Draft and applied list as one list of rows. Order is ignored, as in the document's diff: equal entries
 * match at any position. A removal and an addition at the same position count as an edit.
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

  // Removed entries by the preceding entry's index (-1: first).
  const removed = new Map<number, string[]>();
  let previous = -1;
  before.forEach((value, index) => {
    const match = afterOf.get(index);
    if (match === undefined) removed.set(previous, [...(removed.get(previous) ?? []), value]);
    else previous = match;
  });

  const rows: ListRow[] = [];
  let pendingRemoved = removed.get(-1) ?? [];
  const flushRemoved = (index: number) => {
    rows.push(...pendingRemoved.map((value): ListRow => ({ kind: 'removed', index, value })));
    pendingRemoved = [];
  };
  after.forEach((value, index) => {
    if (partnerOf[index] !== undefined) {
      flushRemoved(index);
      rows.push({ kind: 'same', index, value });
      pendingRemoved = removed.get(index) ?? [];
      return;
    }
    const [old, ...rest] = pendingRemoved;
    pendingRemoved = rest;
    rows.push(
      old === undefined ? { kind: 'added', index, value } : { kind: 'edited', index, value, before: old },
    );
  });
  flushRemoved(after.length);
  return rows;
}

/** The draft's list with one row's change undone. */
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

/** Whether two lists have the same entries, in any order. */
export function sameEntries(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && listRows(a, b).every((row) => row.kind === 'same');
}
