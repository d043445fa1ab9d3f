import { useEffect, useRef } from 'react';
import { useRoute } from '../../state/router.ts';
import { pinned } from './pin.ts';
import { useRegistryState } from './registry-state.ts';
import type { ImageList } from './use-image-list.ts';

/**
 * Opens the entry that an address names as `pin` with its digest, as its menu does, once the registry has
 * responded; if it serves no digest, the entry's row shows that. Once for each address, and never in place of
 * an open field.
 */
export function useLinkedPin({ images, readOnly, editing, setEditing }: ImageList): void {
  const { params } = useRoute();
  const index = images.indexOf(params['pin'] ?? '');
  const image = images[index] ?? null;
  const state = useRegistryState(image);
  const proposed = image === null || readOnly ? null : pinned(image, state);
  /** The address that was followed last, or is no longer to be followed. */
  const followed = useRef<typeof params | null>(null);
  useEffect(() => {
    if (followed.current === params) return;
    const canOpen = image !== null && editing === null;
    if (canOpen && proposed === null) return;
    followed.current = params;
    if (canOpen && proposed !== null) setEditing({ index, proposed });
  }, [params, image, index, proposed, editing, setEditing]);
}
