import { useEffect, useRef, useState } from 'react';
import { useApp, useSnapshotPart, useStore } from '../../state/context.tsx';
import type { AppError } from '../../../shared/result.ts';
import type { Simulation, SimulationInput } from '../../../shared/explain/simulation.ts';

/**
 * Result for the input: keeps the last result, marked stale, until the next one; cleared if the input is not
 * decidable.
 */
export interface SimulationState {
  readonly simulation: Simulation | null;
  /** The input of the result. */
  readonly input: SimulationInput | null;
  readonly error: AppError | null;
  readonly running: boolean;
  readonly stopped: boolean;
  stop(): void;
  /** Decides at once, without the debounce. */
  runNow(): void;
}

/** Debounce, ms. */
const pauseMs = 500;
const nothing = { simulation: null, input: null, error: null };

/**
 * Decides `input`, debounced while typing, and again when settings or engine change. Null: there is nothing
 * to decide.
 */
export function useSimulation(input: SimulationInput | null, typing: boolean): SimulationState {
  const store = useStore();
  const app = useApp();
  const draft = useSnapshotPart((snapshot) => snapshot.draft);
  const [answer, setAnswer] = useState<Pick<SimulationState, 'simulation' | 'input' | 'error'>>(nothing);
  const [running, setRunning] = useState(false);
  const [stopped, setStopped] = useState(false);
  // Requested at once: by Enter, or Try again.
  const [forcedRuns, setForcedRuns] = useState(0);
  const newest = useRef(0);
  const lastForcedRuns = useRef(0);

  const settings = input?.against === 'draft' ? draft : app.settings.applied;
  // Without the file, the policy in force changes with the gateway's.
  const enforced = app.settings.policyFacts.recorded?.hash;
  const key = input === null ? null : JSON.stringify(input);
  useEffect(() => {
    const runNumber = ++newest.current;
    if (key === null) {
      // The decision was about another text.
      setAnswer(nothing);
      setRunning(false);
      void store.request('simulate:cancel', undefined);
      return undefined;
    }
    const wanted = JSON.parse(key) as SimulationInput; // written above
    const run = async () => {
      setRunning(true);
      setStopped(false);
      // Main uses its own copy of the draft: send it first.
      const saved = wanted.against === 'draft' ? await store.flush() : null;
      if (runNumber !== newest.current) return;
      const result = saved?.ok === false ? saved : await store.request('simulate:run', wanted);
      if (runNumber !== newest.current) return;
      setRunning(false);
      if (result.ok) setAnswer({ simulation: result.value, input: wanted, error: null });
      else if (result.error.code !== 'apply.cancelled')
        setAnswer({ simulation: null, input: wanted, error: result.error });
    };
    const atOnce = !typing || forcedRuns !== lastForcedRuns.current;
    lastForcedRuns.current = forcedRuns;
    const timer = setTimeout(
      () => {
        void run();
      },
      atOnce ? 0 : pauseMs,
    );
    return () => {
      clearTimeout(timer);
    };
  }, [store, key, settings, enforced, app.engine.phase, app.engine.generation, forcedRuns, typing]);
  // Cancels the run on unmount.
  useEffect(
    () => () => {
      newest.current++;
      void store.request('simulate:cancel', undefined);
    },
    [store],
  );

  return {
    ...(input === null ? nothing : answer),
    running,
    stopped,
    stop: () => {
      newest.current++;
      setRunning(false);
      setStopped(true);
      void store.request('simulate:cancel', undefined);
    },
    runNow: () => {
      setForcedRuns((count) => count + 1);
    },
  };
}
