import { ok } from '../../../shared/result.ts';
import type { StepModule } from './step.ts';

/** Restarts the engine with the configuration on disk; starts a stopped one. */
export const restartEngine: StepModule = {
  id: 'restart-engine',
  isDue: ({ restartNeeded }) => restartNeeded,
  estimate: {
    defaultMs: 6000,
    // The waits of past restarts for containers are subtracted, the expected wait of this one is added.
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
