import { useRef, useState } from 'react';
import { useDraft, useStore } from '../../state/context.tsx';
import { imagesPointer, ownLists, stringsOf, writeImages } from './document.ts';
import { listRows } from './list-changes.ts';
import { useLocalImages } from './local-images.ts';

/**
 * The list of images in the editor: its rows, which of them is open in a field, and functions to write it.
 */
export function useImageList(lockedBy: string | undefined) {
  const store = useStore();
  const draft = useDraft();
  const local = useLocalImages();
  const [editing, setEditing] = useState<{ readonly index: number; readonly proposed?: string } | null>(null);
  /** The field that adds an image. */
  const field = useRef<HTMLInputElement>(null);
  const table = useRef<HTMLDivElement>(null);
  const images = stringsOf(draft.value(imagesPointer));
  const rows = listRows(stringsOf(draft.appliedValue(imagesPointer)), images);
  const { lists } = ownLists(draft);
  const write = (next: readonly string[]) => {
    writeImages(store, draft, next);
  };
  /** Closes the field of a row; the focus moves to the menu of the row, or of the one in its place. */
  const stopEditing = (place: number) => {
    setEditing(null);
    requestAnimationFrame(() => {
      const places = [...(table.current?.querySelectorAll<HTMLElement>('[data-place]') ?? [])];
      const here = places.find((element) => Number(element.dataset['place']) >= place) ?? places.at(-1);
      (here?.querySelector('button') ?? field.current)?.focus();
    });
  };
  return {
    readOnly: lockedBy !== undefined,
    images,
    rows,
    lists,
    local,
    write,
    editing,
    setEditing,
    stopEditing,
    field,
    table,
  };
}

/** What `useImageList` returns. */
export type ImageList = ReturnType<typeof useImageList>;
