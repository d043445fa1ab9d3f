import { message } from '../../../shared/messages/message.ts';
import { fail, ok } from '../../../shared/result.ts';
import type { StepModule } from './step.ts';

/** Has the running engine read its configuration on disk again. No container stops. */
export const reloadEngine: StepModule = {
  id: 'reload-engine',
  isDue: ({ reloadNeeded }) => reloadNeeded,
  estimate: { defaultMs: 300 },
  run: async ({ ports, state, signal }) => {
    const reloaded = await ports.driver.reload?.({ onLog: state.forward, signal });
    if (reloaded === undefined) return fail('internal', message('apply.engine-cannot-reload'));
    return reloaded.ok ? ok({ detail: null }) : reloaded;
  },
};
