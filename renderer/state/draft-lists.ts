import { diffSettings, parsePointer } from '../../shared/settings/index.ts';
import type { DraftView } from './draft-view.ts';
import type { AppStore } from './snapshot.ts';

/** A list of entries that several pages edit; its order says nothing. */
interface EntryList {
  readonly pointer: string;
  /** What a missing list means. */
  readonly missing: readonly unknown[];
}

/** The directories that may be mounted. */
export const shareEntries = {
  pointer: '/filesharingAllowedDirectories',
  missing: [
    { path: '$HOME', sharedByDefault: true },
    { path: '$TMP', sharedByDefault: true },
  ],
} as const satisfies EntryList;

/** The images whose containers may mount the socket. */
export const imageEntries = {
  pointer: '/enhancedContainerIsolation/dockerSocketMount/imageList/images',
  missing: [],
} as const satisfies EntryList;

/**
 * Makes `next` the draft's list. What comes to the applied list again is written as it is applied, a list
 * that was missing goes again.
 */
export function writeEntries(
  store: AppStore,
  draft: DraftView,
  list: EntryList,
  next: readonly unknown[],
): void {
  const applied = draft.appliedValue(list.pointer);
  const back = isSameList(list.pointer, Array.isArray(applied) ? applied : list.missing, next);
  draft.edit(list.pointer, back ? applied : next);
  settleDraft(store, draft);
}

/** Where nothing of the draft differs any more, it is what is applied, byte for byte. */
export function settleDraft(store: AppStore, draft: DraftView): void {
  if (diffSettings(draft.applied.text, store.get().draft).length === 0) draft.setText(draft.applied.text);
}

/** Equal in the sense of the document's diff. */
function isSameList(pointer: string, before: readonly unknown[], after: readonly unknown[]): boolean {
  const path = parsePointer(pointer);
  const documentOf = (entries: readonly unknown[]): string =>
    JSON.stringify(
      path.ok ? path.value.reduceRight<unknown>((value, key) => ({ [key]: value }), entries) : entries,
    );
  return diffSettings(documentOf(before), documentOf(after)).length === 0;
}

/** The entry of one of these lists at, or around, a pointer; null for none. */
export function entryAt(pointer: string): { readonly list: EntryList; readonly index: number } | null {
  for (const list of [shareEntries, imageEntries]) {
    const index = pointer.startsWith(`${list.pointer}/`)
      ? pointer.slice(list.pointer.length + 1).split('/')[0]
      : undefined;
    if (index !== undefined && /^\d+$/.test(index)) return { list, index: Number(index) };
  }
  return null;
}

/** Removes the entry at, or around, a pointer from its list. */
export function removeEntry(store: AppStore, draft: DraftView, pointer: string): void {
  const place = entryAt(pointer);
  if (place === null) return;
  const entries = draft.value(place.list.pointer);
  if (!Array.isArray(entries)) return;
  writeEntries(store, draft, place.list, (entries as readonly unknown[]).toSpliced(place.index, 1)); // JSON
}
