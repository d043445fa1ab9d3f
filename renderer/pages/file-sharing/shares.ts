import type { DraftView } from '../../state/draft-view.ts';
import { settleDraft, shareEntries, writeEntries } from '../../state/draft-lists.ts';
import type { AppStore } from '../../state/snapshot.ts';
import { isInside } from '../../../shared/policy/bind-source.ts';
import { diffSettings } from '../../../shared/settings/index.ts';

export const listPointer = shareEntries.pointer;

/** One entry of the document; unknown keys are preserved. */
export interface Share {
  readonly path: string;
  readonly sharedByDefault?: boolean;
  readonly [key: string]: unknown;
}

/** What a missing list means on our engines. */
export const defaultShares: readonly Share[] = shareEntries.missing;

const isShare = (entry: unknown): entry is Share =>
  typeof entry === 'object' && entry !== null && 'path' in entry && typeof entry.path === 'string';

/** The list of a document; null if it has none. The schema was checked before any form is shown. */
export const sharesOf = (value: unknown): readonly Share[] | null =>
  Array.isArray(value) ? value.filter(isShare) : null;

/**
 * A line of the page: an entry of the draft compared with the applied one. `index` is its position in the
 * draft's list, for a removed one where undo inserts it.
 */
export type ShareRow =
  | { readonly kind: 'same' | 'added' | 'removed'; readonly index: number; readonly share: Share }
  | { readonly kind: 'edited'; readonly index: number; readonly share: Share; readonly before: Share };

/** Equal in the sense of the document's diff, so that marks and footer agree. */
const sameShare = (a: Share, b: Share): boolean =>
  diffSettings(JSON.stringify(a), JSON.stringify(b)).length === 0;

/** One directory is in the other, as both are written. */
const isNested = (a: string, b: string): boolean => isInside(a, b) || isInside(b, a);

/**
 * Draft and applied list as one list of rows. Entries are matched by path, at any position. A removal and an
 * addition at the same position count as an edit if one directory is in the other: two unrelated ones are
 * undone separately.
 */
function shareRows(
  before: readonly Share[],
  after: readonly Share[],
  isSame: (old: Share, share: Share) => boolean,
): ShareRow[] {
  const free = new Map<string, number[]>();
  before.forEach(({ path }, index) => {
    free.set(path, [...(free.get(path) ?? []), index]);
  });
  const partnerOf = after.map(({ path }) => free.get(path)?.shift());
  const stayed = new Map(
    partnerOf.flatMap((partner, index) => (partner === undefined ? [] : [[partner, index] as const])),
  );
  // Removed entries by the preceding entry's index (-1: first).
  const removed = new Map<number, Share[]>();
  let previous = -1;
  before.forEach((share, index) => {
    const still = stayed.get(index);
    if (still === undefined) removed.set(previous, [...(removed.get(previous) ?? []), share]);
    else previous = still;
  });

  const rows: ShareRow[] = [];
  let waiting = removed.get(-1) ?? [];
  const leave = (index: number) => {
    rows.push(...waiting.map((share): ShareRow => ({ kind: 'removed', index, share })));
  };
  after.forEach((share, index) => {
    const partner = before[partnerOf[index] ?? -1];
    if (partner !== undefined) {
      leave(index);
      rows.push(
        isSame(partner, share)
          ? { kind: 'same', index, share }
          : { kind: 'edited', index, share, before: partner },
      );
      waiting = removed.get(index) ?? [];
      return;
    }
    const old = waiting.find(({ path }) => isNested(path, share.path));
    waiting = waiting.filter((one) => one !== old);
    rows.push(
      old === undefined ? { kind: 'added', index, share } : { kind: 'edited', index, share, before: old },
    );
  });
  leave(after.length);
  return rows;
}

/** The draft's list with one row's change undone. */
export function undoRow(list: readonly Share[], row: ShareRow): readonly Share[] {
  switch (row.kind) {
    case 'same':
      return list;
    case 'added':
      return list.toSpliced(row.index, 1);
    case 'edited':
      return list.toSpliced(row.index, 1, row.before);
    case 'removed':
      return list.toSpliced(row.index, 0, row.share);
  }
}

/** The displayed list: the draft's compared with the applied one, or defaults if the document has none. */
export interface ShareList {
  readonly shares: readonly Share[];
  readonly rows: readonly ShareRow[];
  /** The draft has no list: the shares are the defaults. */
  readonly missing: boolean;
  /** The list was added or removed as a whole. */
  readonly addedOrRemoved: boolean;
}

export function shareList(draft: DraftView): ShareList {
  const now = sharesOf(draft.value(listPointer));
  const before = sharesOf(draft.appliedValue(listPointer));
  const shares = now ?? defaultShares;
  // An applied text with syntax errors has no list to compare with.
  const readable = draft.applied.text === '' || draft.applied.parsed !== null;
  return {
    shares,
    // Nobody wrote the defaults: what an added list leaves out of them is no edit.
    rows: shareRows(readable ? (before ?? defaultShares) : shares, shares, (old, share) =>
      sameShare(old, before === null ? { ...old, ...share } : share),
    ),
    missing: now === null,
    addedOrRemoved: readable && (now === null) !== (before === null),
  };
}

/** Makes `next` the draft's list; back at what is applied, it is written as there. */
export function writeShares(store: AppStore, draft: DraftView, next: readonly Share[]): void {
  writeEntries(store, draft, shareEntries, next);
}

/** Writes the list as given, undefined to remove it. */
export function writeList(store: AppStore, draft: DraftView, value: unknown): void {
  draft.edit(listPointer, value);
  settleDraft(store, draft);
}

/** An entry with the switch set; a key with the default value is left out if the applied entry has none. */
export function withDefault(row: ShareRow, on: boolean): Share {
  const before = row.kind === 'edited' ? row.before : row.kind === 'same' ? row.share : undefined;
  if (on || row.kind === 'added' || before?.sharedByDefault !== undefined)
    return { ...row.share, sharedByDefault: on };
  const others = Object.entries(row.share).filter(([key]) => key !== 'sharedByDefault');
  return Object.fromEntries(others) as Share; // the path is still there
}
