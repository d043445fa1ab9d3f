import { imageEntries, settleDraft, writeEntries } from '../../state/draft-lists.ts';
import type { DraftView } from '../../state/draft-view.ts';
import type { AppStore } from '../../state/snapshot.ts';
import { namedCommands, readingCommands } from '../../../shared/settings/index.ts';
import { sameEntries } from './list-changes.ts';

export const mountPointer = '/enhancedContainerIsolation/dockerSocketMount';
export const imagesPointer = imageEntries.pointer;
export const derivedPointer = `${mountPointer}/imageList/allowDerivedImages`;
const defaultListPointer = `${mountPointer}/commandList`;
export const ownListsPointer = '/bulkhead/perImageCommandLists';
export const scopePointer = '/bulkhead/socketMounts/scope';
export const hidePointer = '/bulkhead/hideEnvironment';

/**
 * The strings of a list in the document; a missing list is an empty one. The schema was checked before any
 * form is shown.
 */
export const stringsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((entry) => typeof entry === 'string') : [];

/** A command list as written. */
export interface WrittenList {
  readonly image: string | null;
  readonly type: 'deny' | 'allow' | undefined;
  readonly commands: readonly string[] | undefined;
  readonly scope: 'own' | 'all' | undefined;
}

function written(value: unknown): WrittenList {
  const record: Record<string, unknown> = typeof value === 'object' && value !== null ? { ...value } : {};
  const { image, type, commands, scope } = record;
  return {
    image: typeof image === 'string' ? image : null,
    type: type === 'deny' || type === 'allow' ? type : undefined,
    commands: Array.isArray(commands) ? stringsOf(commands) : undefined,
    scope: scope === 'own' || scope === 'all' ? scope : undefined,
  };
}

/** A command list of the draft with the applied one of the same image; `before` is null for a new one. */
export interface ListPlace {
  readonly pointer: string;
  readonly now: WrittenList;
  readonly before: WrittenList | null;
}

export const defaultList = (draft: DraftView): ListPlace => ({
  pointer: defaultListPointer,
  now: written(draft.value(defaultListPointer)),
  before: written(draft.appliedValue(defaultListPointer)),
});

const rawLists = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? (value as readonly unknown[]) : []; // elements are checked by written()

/** Lists of single images: those of the draft, and applied ones that the draft no longer has. */
export function ownLists(draft: DraftView): {
  readonly lists: readonly ListPlace[];
  readonly removed: readonly { readonly image: string; readonly value: unknown; readonly index: number }[];
} {
  const before = rawLists(draft.appliedValue(ownListsPointer)).map((value) => ({
    value,
    list: written(value),
  }));
  const remaining = [...before];
  const lists = rawLists(draft.value(ownListsPointer)).map((value, index): ListPlace => {
    const now = written(value);
    const at = remaining.findIndex(({ list }) => list.image === now.image);
    return {
      pointer: `${ownListsPointer}/${index}`,
      now,
      before: at === -1 ? null : (remaining.splice(at, 1)[0]?.list ?? null),
    };
  });
  return {
    lists,
    removed: remaining.map((entry) => ({
      image: entry.list.image ?? '',
      value: entry.value,
      index: before.indexOf(entry),
    })),
  };
}

export function writeImages(store: AppStore, draft: DraftView, next: readonly string[]): void {
  writeEntries(store, draft, imageEntries, next);
}

export function writeCommands(
  store: AppStore,
  draft: DraftView,
  place: ListPlace,
  next: readonly string[],
): void {
  const before = place.before?.commands;
  draft.edit(
    `${place.pointer}/commands`,
    place.before !== null && sameEntries(before ?? [], next) ? before : next,
  );
  settleDraft(store, draft);
}

export function writeType(store: AppStore, draft: DraftView, place: ListPlace, type: 'deny' | 'allow'): void {
  const before = place.before?.type;
  draft.edit(`${place.pointer}/type`, place.before !== null && type === (before ?? 'deny') ? before : type);
  settleDraft(store, draft);
}

/** Whether a list allows exactly the read-only commands. */
export function allowsReadingOnly({ now }: ListPlace): boolean {
  const named = namedCommands(now.commands ?? []);
  return (
    now.type === 'allow' &&
    named.size === readingCommands.length &&
    readingCommands.every((name) => named.has(name))
  );
}

/** Makes a list allow exactly the read-only commands, as one undo step. */
export function writeReadingOnly(store: AppStore, draft: DraftView, { pointer }: ListPlace): void {
  draft.editAll([
    { pointer: `${pointer}/type`, value: 'allow' },
    { pointer: `${pointer}/commands`, value: readingCommands },
  ]);
  settleDraft(store, draft);
}

/** What containers of one image see through their socket; undefined: as for all images. */
export function writeListScope(
  store: AppStore,
  draft: DraftView,
  place: ListPlace,
  scope: 'own' | 'all' | undefined,
): void {
  draft.edit(`${place.pointer}/scope`, scope);
  settleDraft(store, draft);
}

/**
 * Writes a value of the engine's own section; a default is left out if the applied document has no such key.
 */
export function writeChoice(
  store: AppStore,
  draft: DraftView,
  pointer: string,
  value: string,
  missing: string,
): void {
  draft.editOr(pointer, value, missing);
  settleDraft(store, draft);
}

export function writeDerived(store: AppStore, draft: DraftView, on: boolean): void {
  draft.editOr(derivedPointer, on, true);
  settleDraft(store, draft);
}

/** Gives an image its own list, equal to the default one: nothing changes until it is edited. */
export function addOwnList(store: AppStore, draft: DraftView, image: string): void {
  const { now } = defaultList(draft);
  draft.edit(`${ownListsPointer}/-`, {
    image,
    type: now.type ?? 'deny',
    commands: [...(now.commands ?? [])],
  });
  settleDraft(store, draft);
}

export function removeOwnList(store: AppStore, draft: DraftView, index: number): void {
  writeOwnLists(store, draft, rawLists(draft.value(ownListsPointer)).toSpliced(index, 1));
}

export function restoreOwnList(
  store: AppStore,
  draft: DraftView,
  removed: { readonly value: unknown; readonly index: number },
): void {
  const now = rawLists(draft.value(ownListsPointer));
  writeOwnLists(store, draft, now.toSpliced(Math.min(removed.index, now.length), 0, removed.value));
}

function writeOwnLists(store: AppStore, draft: DraftView, next: readonly unknown[]): void {
  draft.edit(
    ownListsPointer,
    next.length === 0 && draft.appliedValue(ownListsPointer) === undefined ? undefined : next,
  );
  settleDraft(store, draft);
}
