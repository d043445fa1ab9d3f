import { useEffect, useMemo, useState } from 'react';
import { useRequest } from '../../app/actions.ts';
import { useApp } from '../../app/context.tsx';
import type { AppError } from '../../../shared/result.ts';
import { parseImageReference, referenceCovers, type ImageReference } from '../../../shared/settings/index.ts';

interface LocalImage { readonly id: string; readonly name: string; readonly references: readonly ImageReference[] }

export interface LocalImages {
  /** Null until they are known, and while the engine does not run. */
  readonly images: readonly LocalImage[] | null;
  readonly loading: boolean;
  readonly error: AppError | null;
  readonly retry: () => void;
}

/** The engine's images by the names they go by, read again when the engine comes up or their number changes. */
export function useLocalImages(): LocalImages {
  const app = useApp();
  const { run, error } = useRequest('images:list');
  const [images, setImages] = useState<readonly LocalImage[] | null>(null);
  const [attempt, setAttempt] = useState(0);
  const ready = app.engine.phase === 'ready';
  const count = app.engine.counts?.images;
  useEffect(() => {
    if (!ready) return undefined;
    let wanted = true;
    void run(undefined).then((answer) => {
      if (!wanted || !answer.ok) return;
      setImages(answer.value.map((image) => {
        const names = [...image.tags, ...image.digests];
        return { id: image.id, name: names[0] ?? image.id, references: names.flatMap((name) => { const parsed = parseImageReference(name); return parsed.ok ? [parsed.value] : []; }) };
      }));
    });
    return () => { wanted = false; };
  }, [ready, count, attempt, run]);
  return useMemo(() => ({ images: ready ? images : null, loading: ready && images === null && error === null, error: ready ? error : null, retry: () => { setAttempt((before) => before + 1); } }), [ready, images, error]);
}

/** Names of the local images a reference covers. By name only: what they hold is not looked at. */
export const matchesOf = (reference: ImageReference, images: readonly LocalImage[]): readonly string[] =>
  images.filter((image) => reference.kind === 'any' || image.references.some((name) => referenceCovers(reference, name))).map((image) => image.name);
