import { setTimeout as sleep } from 'node:timers/promises';
import type { ContainerEvent } from './engine-containers.ts';
import { reconcile, type ReconcileOptions } from './reconcile.ts';

/** Reconciles the mounts with the engine's containers while there are mounts. */
export interface EngineFollower {
  /** A mount was created: follow from now on. Idempotent. */
  start(): void;
  close(): void;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;
/** How long after its event the response to a create request may arrive before a reconciliation, ms. */
const createResponseDelayMs = 2_000;
/** How often unbound mounts are reconciled, ms. */
const sweepMs = 60_000;

/**
 * Follows container events: a removed container's mount is removed at once; every (re)connection starts a
 * full reconciliation.
 */
export function followEngine(options: ReconcileOptions): EngineFollower {
  const abort = new AbortController();
  const reconciliation = new Reconciliation(options, abort.signal);
  const onEvent = createEventHandler(options, reconciliation);
  let running = false;

  const sweep = setInterval(() => {
    if (running) reconciliation.startIfUnbound();
  }, sweepMs);
  sweep.unref();

  const run = async (): Promise<void> => {
    let pause = firstPauseMs;
    while (!abort.signal.aborted) {
      await options.containers.follow(
        {
          connected: () => {
            pause = firstPauseMs;
            reconciliation.start();
          },
          event: onEvent,
        },
        abort.signal,
      );
      await sleep(pause, undefined, { signal: abort.signal, ref: false }).catch(() => undefined);
      pause = Math.min(pause * 2, longestPauseMs);
    }
  };

  return {
    start: () => {
      if (running) return;
      running = true;
      void run();
    },
    close: () => {
      abort.abort();
      clearInterval(sweep);
    },
  };
}

/** Reconciliations, one at a time: one that is started meanwhile follows when the current one ends. */
class Reconciliation {
  readonly #options: ReconcileOptions;
  readonly #signal: AbortSignal;
  #isRunning = false;
  #isRequestedAgain = false;

  constructor(options: ReconcileOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  start(): void {
    if (this.#isRunning) {
      this.#isRequestedAgain = true;
      return;
    }
    this.#isRunning = true;
    void reconcile(this.#options)
      .catch((error: unknown) => {
        if (!this.#signal.aborted)
          this.#options.log(
            "socket mounts could not be compared with the engine's containers: " +
              `${error instanceof Error ? error.message : String(error)}`,
          );
      })
      .finally(() => {
        this.#isRunning = false;
        if (this.#isRequestedAgain && !this.#signal.aborted) {
          this.#isRequestedAgain = false;
          this.start();
        }
      });
  }

  startIfUnbound(): void {
    if (this.hasUnbound && !this.#options.containers.isEngineStopping && !this.#signal.aborted) this.start();
  }

  /** Some mount has no container yet. */
  get hasUnbound(): boolean {
    return this.#options.mounts.list().some(({ container }) => container === null);
  }
}

function createEventHandler(
  { mounts, log }: ReconcileOptions,
  reconciliation: Reconciliation,
): (event: ContainerEvent) => void {
  return ({ action, id, name }) => {
    const mount = mounts.list().find(({ container }) => container?.id === id);
    switch (action) {
      case 'destroy':
        if (mount !== undefined)
          void mounts.discard(mount.id).catch((error: unknown) => {
            log(`the socket of removed container ${name} could not be removed: ${String(error)}`);
          });
        return;
      case 'rename':
        if (mount !== undefined)
          void mounts.bind(mount.id, { id, name }).catch((error: unknown) => {
            log(`the record of container ${name} could not be written: ${String(error)}`);
          });
        return;
      case 'create':
        // The response binds the mount, unless the client has disconnected before.
        if (reconciliation.hasUnbound)
          setTimeout(() => {
            reconciliation.startIfUnbound();
          }, createResponseDelayMs).unref();
    }
  };
}
