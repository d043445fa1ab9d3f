import { setTimeout as sleep } from 'node:timers/promises';
import { reconcile, type ReconcileOptions } from './reconcile.ts';

/** Keeps the mounts in line with the engine while there are any. */
export interface EngineFollower {
  /** A mount was made: follow from now on. Idempotent. */
  start(): void;
  close(): void;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;
/** How long the answer to a create request may come after its event before it is looked for, ms. */
const lateMs = 2_000;
/** Mounts that nothing became of are looked for so often, ms. */
const sweepMs = 60_000;

/**
 * Follows container events: a removed container's mount goes at once; after every (re)connection everything
 * is looked at.
 */
export function followEngine(options: ReconcileOptions): EngineFollower {
  const { mounts, containers, log } = options;
  const ending = new AbortController();
  let running = false;
  let reconciling: Promise<void> | null = null;
  let again = false;

  const look = (): void => {
    if (reconciling !== null) {
      again = true;
      return;
    }
    reconciling = reconcile(options)
      .catch((error: unknown) => {
        if (!ending.signal.aborted)
          log(
            "socket mounts could not be compared with the engine's containers: " +
              `${error instanceof Error ? error.message : String(error)}`,
          );
      })
      .finally(() => {
        reconciling = null;
        if (again && !ending.signal.aborted) {
          again = false;
          look();
        }
      });
  };
  const unbound = () => mounts.list().some(({ container }) => container === null);
  const sweep = setInterval(() => {
    if (running && unbound()) look();
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
        // Its answer binds it; unless nobody was left to see that.
        if (unbound())
          setTimeout(() => {
            if (unbound() && !ending.signal.aborted) look();
          }, lateMs).unref();
    }
  };

  const run = async (): Promise<void> => {
    let pause = firstPauseMs;
    while (!ending.signal.aborted) {
      await containers.follow(
        {
          connected: () => {
            pause = firstPauseMs;
            look();
          },
          event: ({ action, id, name }) => {
            event(action, id, name);
          },
        },
        ending.signal,
      );
      await sleep(pause, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
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
      ending.abort();
      clearInterval(sweep);
    },
  };
}
