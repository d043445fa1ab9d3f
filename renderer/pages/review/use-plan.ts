import { useEffect, useState } from 'react';
import { useApp, useSnapshotPart, useStore } from '../../state/context.tsx';
import type { ApplyPlan } from '../../../shared/apply/plan.ts';
import type { AppError } from '../../../shared/result.ts';

export interface PlanState {
  /** The last plan that was made; null before the first. */
  readonly plan: ApplyPlan | null;
  /** True when `plan` is of what is shown now. Only then may it be applied. */
  readonly current: boolean;
  readonly error: AppError | null;
  readonly again: () => void;
}

/**
 * The plan of the draft, made anew whenever something it is made from changes. The old one stays meanwhile.
 */
export function usePlan(): PlanState {
  const store = useStore();
  const draft = useSnapshotPart((snapshot) => snapshot.draft);
  const choices = useSnapshotPart((snapshot) => snapshot.choices);
  const { settings, engine, scan } = useApp();
  const [attempt, setAttempt] = useState(0);
  const key = JSON.stringify([
    draft,
    choices,
    settings.appliedHash,
    settings.conflict,
    engine.phase,
    engine.generation,
    scan?.at ?? '',
    attempt,
  ]);
  const [computed, setComputed] = useState<{
    readonly key: string;
    readonly plan: ApplyPlan | null;
    readonly error: AppError | null;
  }>({ key: '', plan: null, error: null });

  useEffect(() => {
    let stale = false;
    void (async () => {
      // Main plans the draft it has: it must have this one.
      const flushed = await store.flush();
      const result = flushed.ok ? await store.request('plan:make', { choices }) : flushed;
      if (!stale)
        setComputed((before) =>
          result.ok
            ? { key, plan: result.value, error: null }
            : { key, plan: before.plan, error: result.error },
        );
    })();
    return () => {
      stale = true;
    };
  }, [store, key, choices]);

  const current = computed.key === key;
  return {
    plan: computed.plan,
    current: current && computed.error === null,
    error: current ? computed.error : null,
    again: () => {
      setAttempt((n) => n + 1);
    },
  };
}
