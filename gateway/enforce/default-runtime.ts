import { setTimeout as delay } from 'node:timers/promises';
import { capabilitiesOfRuntime } from '../../shared/isolation/backends.ts';
import { startTimeLimit } from '../base/time-limit.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';

/** How often the runtime is looked up, ms. */
const pollIntervalMs = 200;

/**
 * Resolves once the engine's default runtime isolates, or when an engine should have been reloaded: an apply
 * that turns ECI on does that a moment after the settings have changed. Throws EngineUnreachable, and an
 * AbortError when the client disconnects.
 */
export async function awaitIsolatingDefault(
  facts: Pick<EngineFacts, 'defaultRuntime'>,
  clientGone?: AbortSignal,
): Promise<void> {
  const limit = startTimeLimit('engineReload');
  try {
    while (!limit.signal.aborted) {
      const runtime = await facts.defaultRuntime();
      if (runtime === null || capabilitiesOfRuntime(runtime) !== null) return;
      await delay(pollIntervalMs, undefined, clientGone === undefined ? {} : { signal: clientGone });
    }
  } finally {
    limit.end();
  }
}
