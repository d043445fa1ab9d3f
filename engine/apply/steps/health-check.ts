import { ok } from '../../../shared/result.ts';
import { settingsInForce } from '../plan-facts.ts';
import type { StepModule } from './step.ts';

/** Checks that the engine responds as configured, also through the gateway. */
export const healthCheck: StepModule = {
  id: 'health-check',
  isDue: () => true,
  estimate: { defaultMs: 500 },
  run: async ({ ports, journal, text }) => {
    const backend = ports.isolation(settingsInForce({ exists: true, text, hash: journal.targetHash }));
    const healthy = await ports.health(journal.eciAfter ? backend.runtimeName : null);
    return healthy.ok ? ok({ detail: healthy.value }) : healthy;
  },
};
