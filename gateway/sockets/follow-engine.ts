import { setTimeout as sleep } from 'node:timers/promises';
import { reconcile, type ReconcileOptions } from './reconcile.ts';

/** Reconciles the mounts with the engine's containers while there are any. */
export interface EngineFollower {
  /** A mount was made: follow from now on. Idempotent. */
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
  const { mounts, containers, log } = options;
  const abort = new AbortController();
  let running = false;
  let reconciling: Promise<void> | null = null;
  let reconcileAgain = false;

  const reconcileNow = (): void => {
    if (reconciling !== null) {
      reconcileAgain = true;
      return;
    }
    reconciling = reconcile(options)
      .catch((error: unknown) => {
        if (!abort.signal.aborted)
          log(
            "socket mounts could not be compared with the engine's containers: " +
              `${error instanceof Error ? error.message : String(error)}`,
          );
      })
      .finally(() => {
        reconciling = null;
        if (reconcileAgain && !abort.signal.aborted) {
          reconcileAgain = false;
          reconcileNow();
        }
      });
  };
  const hasUnbound = () => mounts.list().some(({ container }) => container === null);
  const sweep = setInterval(() => {
    if (running && hasUnbound()) reconcileNow();
  }, sweepMs);
  sweep.unref();

  const event = (action: string, id: string, name: string): void => {
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
        if (hasUnbound())
          setTimeout(() => {
            if (hasUnbound() && !abort.signal.aborted) reconcileNow();
          }, createResponseDelayMs).unref();
    }
  };

  const run = async (): Promise<void> => {
    let pause = firstPauseMs;
    while (!abort.signal.aborted) {
      await containers.follow(
        {
          connected: () => {
            pause = firstPauseMs;
            reconcileNow();
          },
          event: ({ action, id, name }) => {
            event(action, id, name);
          },
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
