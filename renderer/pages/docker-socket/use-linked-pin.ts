import { useEffect, useRef } from 'react';
import { useRoute } from '../../state/router.ts';
import { pinned } from './pin.ts';
import { useCachedState } from './registry-state.ts';
import type { ImageList } from './use-image-list.ts';

/**
 * Opens the entry whose index an address gives as `pin` with its digest, as its menu does, once the registry
 * has responded. Where it serves no digest, the entry's row says so.
 */
export function useLinkedPin({ images, readOnly, setEditing }: ImageList): void {
  const { params } = useRoute();
  const index = Number(params['pin'] ?? Number.NaN);
  const image = images[index] ?? null;
  const state = useCachedState(image);
  const proposed = image === null || readOnly ? null : pinned(image, state);
  const opened = useRef<string | null>(null);
  useEffect(() => {
    if (image === null || proposed === null || opened.current === image) return;
    opened.current = image;
    setEditing({ index, proposed });
  }, [image, index, proposed, setEditing]);
}
