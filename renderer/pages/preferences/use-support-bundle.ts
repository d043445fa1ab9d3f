import { useCallback, useEffect, useState } from 'react';
import { useStore } from '../../state/context.tsx';
import type { AppError } from '../../../shared/result.ts';
import type { BundleProgress, ListedBundleEntry } from '../../../shared/support/bundle.ts';

/** Progress of a support bundle. */
export type BundleStage =
  | { readonly kind: 'collecting'; readonly progress: BundleProgress | null }
  | { readonly kind: 'failed'; readonly error: AppError }
  | {
      readonly kind: 'collected';
      readonly entries: readonly ListedBundleEntry[];
      readonly saving: boolean;
      readonly error: AppError | null;
    }
  | { readonly kind: 'saved'; readonly path: string; readonly bytes: number };

export interface SupportBundleState {
  readonly stage: BundleStage;
  readonly save: () => Promise<void>;
  readonly show: () => Promise<void>;
}

/**
 * Collects a support bundle while mounted. `onCancelled`: another engine was opened, or another window's
 * request replaced this one.
 */
export function useSupportBundle(onCancelled: () => void): SupportBundleState {
  const store = useStore();
  const [stage, setStage] = useState<BundleStage>({ kind: 'collecting', progress: null });
  useEffect(() => {
    let unmounted = false;
    const unsubscribe = store.on('support', (progress) => {
      setStage((before) => (before.kind === 'collecting' ? { kind: 'collecting', progress } : before));
    });
    void store.request('support:collect', undefined).then((result) => {
      if (unmounted) return;
      if (!result.ok) setStage({ kind: 'failed', error: result.error });
      else if (result.value === null) onCancelled();
      else setStage({ kind: 'collected', entries: result.value, saving: false, error: null });
    });
    return () => {
      unmounted = true;
      unsubscribe();
      void store.request('support:cancel', undefined);
    };
  }, [store, onCancelled]);

  const save = useCallback(async () => {
    const update = (part: { readonly saving: boolean; readonly error: AppError | null }) => {
      setStage((before) => (before.kind === 'collected' ? { ...before, ...part } : before));
    };
    update({ saving: true, error: null });
    const result = await store.request('support:save', undefined);
    if (!result.ok) update({ saving: false, error: result.error });
    else if (result.value === null) update({ saving: false, error: null });
    else setStage({ kind: 'saved', ...result.value });
  }, [store]);
  const show = useCallback(async () => {
    await store.request('support:show', undefined);
  }, [store]);
  return { stage, save, show };
}
