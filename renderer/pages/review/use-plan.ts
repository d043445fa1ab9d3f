import { useEffect, useMemo, useState } from 'react';
import { useApp, useSnapshotPart, useStore } from '../../state/context.tsx';
import type { ApplyPlan } from '../../../shared/apply/plan.ts';
import type { ContainerScan } from '../../../shared/containers/protection.ts';
import type { AppError } from '../../../shared/result.ts';

export interface PlanState {
  /** The last plan; null before the first. */
  readonly plan: ApplyPlan | null;
  /** Whether `plan` is of the shown draft and choices. Only then can it be applied. */
  readonly current: boolean;
  readonly error: AppError | null;
  readonly again: () => void;
}

/**
 * What a plan depends on in a scan. A scan that finds the same again changes nothing of it, however long its
 * containers have been up: Apply must not be disabled for a moment just as it is clicked.
 */
const planInput = (scan: ContainerScan | null): string =>
  scan === null
    ? ''
    : JSON.stringify([
        scan.eci,
        scan.audit,
        scan.containers.map((container) => ({ ...container, status: '' })),
      ]);

/** The plan of the draft, recomputed whenever its input changes. The previous one is kept meanwhile. */
export function usePlan(): PlanState {
  const store = useStore();
  const draft = useSnapshotPart((snapshot) => snapshot.draft);
  const choices = useSnapshotPart((snapshot) => snapshot.choices);
  const { settings, engine, scan } = useApp();
  const scanned = useMemo(() => planInput(scan), [scan]);
  const [attempt, setAttempt] = useState(0);
  const key = JSON.stringify([
    draft,
    choices,
    settings.appliedHash,
    settings.conflict,
    engine.phase,
    engine.generation,
    scanned,
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
