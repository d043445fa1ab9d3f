import { ok } from '../../../shared/result.ts';
import type { StepModule } from './step.ts';

/** Restarts the engine under the configuration on disk; starts one that is stopped. */
export const restartEngine: StepModule = {
  id: 'restart-engine',
  isDue: ({ restartNeeded }) => restartNeeded,
  estimate: {
    defaultMs: 6000,
    // What past restarts waited for containers is taken off, what this one will is added.
    waitedMs: ({ stopWait = 0 }) => stopWait * 1000,
    withLoad: (typicalMs, { stopWait }) => typicalMs + stopWait * 1000,
  },
  run: async ({ ports, state, signal }) => {
    const status = await ports.driver.restart({ onLog: state.forward, signal });
    if (!status.ok) return status;
    const { version } = status.value;
    return ok({ detail: version === null ? null : `Docker Engine ${version}` });
  },
};
