import { setTimeout as delay } from 'node:timers/promises';
import { capabilitiesOfRuntime } from '../../shared/isolation/backends.ts';
import { startTimeLimit } from '../base/time-limit.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';

/** How often the runtime is looked up, ms. */
const pollIntervalMs = 200;

/**
 * Waits until the engine's default runtime isolates: an apply that turns ECI on reloads the engine a moment
 * after the settings have changed. However many builds wait, the engine is queried by one of them only.
 */
export class EngineReloadWait {
  readonly #facts: Pick<EngineFacts, 'defaultRuntime'>;
  #polling: Promise<void> | null = null;

  constructor(facts: Pick<EngineFacts, 'defaultRuntime'>) {
    this.#facts = facts;
  }

  /**
   * Resolves when the runtime isolates, or when an engine should have been reloaded. Rejects with
   * EngineUnreachable, and with the signal's reason when the client disconnects.
   */
  async wait(clientGone?: AbortSignal): Promise<void> {
    clientGone?.throwIfAborted();
    this.#polling ??= this.#poll().finally(() => {
      this.#polling = null;
    });
    const polling = this.#polling;
    await new Promise<void>((resolve, reject) => {
      const onGone = () => {
        reject(clientGone?.reason as Error); // what a signal is aborted with is an error
      };
      clientGone?.addEventListener('abort', onGone, { once: true });
      polling.then(resolve, reject).finally(() => clientGone?.removeEventListener('abort', onGone));
    });
  }

  async #poll(): Promise<void> {
    const limit = startTimeLimit('engineReload');
    try {
      while (!limit.signal.aborted) {
        const runtime = await this.#facts.defaultRuntime();
        if (runtime === null || capabilitiesOfRuntime(runtime) !== null) return;
        await delay(pollIntervalMs);
      }
    } finally {
      limit.end();
    }
  }
}
