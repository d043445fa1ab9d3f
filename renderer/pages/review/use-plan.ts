import { useEffect, useState } from 'react';
import { useApp, useSnapshotPart, useStore } from '../../state/context.tsx';
import type { ApplyPlan } from '../../../shared/apply/plan.ts';
import type { AppError } from '../../../shared/result.ts';

export interface PlanState {
  /** The last plan; null before the first. */
  readonly plan: ApplyPlan | null;
  /** Whether `plan` is of the shown draft and choices. Only then can it be applied. */
  readonly current: boolean;
  readonly error: AppError | null;
  readonly again: () => void;
}

/** The plan of the draft, recomputed whenever its input changes. The previous one is kept meanwhile. */
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
      // Main plans its own copy of the draft: send it first.
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
