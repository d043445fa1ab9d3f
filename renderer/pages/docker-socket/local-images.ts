import { useEffect, useMemo, useState } from 'react';
import { useFocusCount } from '../../state/attention.ts';
import { useAppPart, useStore } from '../../state/context.tsx';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import type { AppError } from '../../../shared/result.ts';
import { parseImageReference, referenceCovers, type ImageReference } from '../../../shared/settings/index.ts';
import type { RegistryState } from './registry-state.ts';

export interface LocalImage {
  readonly id: string;
  readonly name: string;
  readonly references: readonly ImageReference[];
  /** Identifies its content: its repository digests, and the id, which is a digest in containerd's store. */
  readonly contents: ReadonlySet<string>;
}

export interface LocalImages {
  /** Null until they are known, and while the engine does not run. */
  readonly images: readonly LocalImage[] | null;
  readonly loading: boolean;
  readonly error: AppError | null;
  readonly retry: () => void;
}

/**
 * Local images by reference; reloaded when the engine starts, their number changes, or the window regains
 * focus.
 */
export function useLocalImages(): LocalImages {
  // Not by useRequest, which renders once more when a request begins: the list has hundreds of rows.
  const store = useStore();
  const [images, setImages] = useState<readonly LocalImage[] | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const [attempt, setAttempt] = useState(0);
  const ready = useAppPart(({ engine }) => engine.phase === 'ready');
  const returns = useFocusCount();
  const count = useAppPart(({ engine }) => engine.counts?.images);
  useEffect(() => {
    if (!ready) return undefined;
    let subscribed = true;
    void store.request('images:list', undefined).then((result) => {
      if (!subscribed) return;
      setError(result.ok ? null : result.error);
      if (result.ok) setImages(result.value.map(localImage));
    });
    return () => {
      subscribed = false;
    };
  }, [ready, count, returns, attempt, store]);
  return useMemo(
    () => ({
      images: ready ? images : null,
      loading: ready && images === null && error === null,
      error: ready ? error : null,
      retry: () => {
        setError(null);
        setAttempt((before) => before + 1);
      },
    }),
    [ready, images, error],
  );
}

function localImage({ id, tags, digests }: IpcOutput<'images:list'>[number]): LocalImage {
  const names = [...tags, ...digests];
  return {
    id,
    name: names[0] ?? id,
    contents: new Set([id, ...digests.map((digest) => digest.slice(digest.indexOf('@') + 1))]),
    references: names.flatMap((name) => {
      const parsed = parseImageReference(name);
      return parsed.ok ? [parsed.value] : [];
    }),
  };
}

/** The local images that a reference covers by name. For their content see `sameContent`. */
export const matchesOf = (reference: ImageReference, images: readonly LocalImage[]): readonly LocalImage[] =>
  images.filter(
    (image) => reference.kind === 'any' || image.references.some((name) => referenceCovers(reference, name)),
  );

/** Whether a local image is what the registry serves; null if that can't be determined. */
export function sameContent(image: LocalImage, state: RegistryState | undefined): boolean | null {
  if (state?.kind === 'absent') return false;
  if (state?.kind !== 'served') return null;
  if (image.contents.has(state.digest)) return true;
  if (state.children === null) return null;
  return state.children.some((digest) => image.contents.has(digest));
}

/** Maximum number of references that a field suggests. */
const maxSuggestions = 20;

/** Names of the engine's images that contain the input, without those already listed. */
export function suggestedReferences(
  typed: string,
  listed: readonly string[],
  { images }: Pick<LocalImages, 'images'>,
): readonly string[] {
  const text = typed.trim().toLowerCase();
  const names = (images ?? []).flatMap(({ name, references }) => (references.length === 0 ? [] : name));
  return [...new Set(names)]
    .filter((name) => name.toLowerCase().includes(text) && name !== typed && !listed.includes(name))
    .slice(0, maxSuggestions);
}
