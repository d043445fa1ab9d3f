import { setTimeout as sleep } from 'node:timers/promises';
import type { SharingUser } from '../../shared/isolation/sharing-user.ts';
import type { EngineContainers } from '../sockets/engine-containers.ts';
import type { SharingRecords } from './records.ts';

/** The records of who shares, kept in line with the engine's containers. */
export interface SharingUsers {
  /** Null: not known. */
  of(container: string): Promise<SharingUser | null>;
  /** On disk when it resolves. */
  made(container: string, user: SharingUser): Promise<void>;
  /** Begins to follow the engine. */
  start(): void;
  close(): void;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * A removed container's record goes with it; at every (re)connection those of containers that went meanwhile
 * do.
 */
export function keepSharingUsers(
  records: SharingRecords,
  containers: EngineContainers,
  log: (line: string) => void,
): SharingUsers {
  const ending = new AbortController();
  const failed = (what: string) => (error: unknown) => {
    if (!ending.signal.aborted) log(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  };
  const remove = (container: string) =>
    records
      .remove(container)
      .catch(failed(`the record of who shares with container ${container} could not be removed`));

  const compare = async (): Promise<void> => {
    // Before the list: what is made while it is being asked for is not in it.
    const before = records.list();
    if (before.length === 0) return;
    const ids = new Set((await containers.list()).map(({ id }) => id));
    for (const container of before) if (!ids.has(container)) await remove(container);
  };
  const run = async (): Promise<void> => {
    let pause = firstPauseMs;
    while (!ending.signal.aborted) {
      await containers.follow(
        {
          connected: () => {
            pause = firstPauseMs;
            void compare().catch(
              failed("records of who shares could not be compared with the engine's containers"),
            );
          },
          event: ({ action, id }) => {
            if (action === 'destroy') void remove(id);
          },
        },
        ending.signal,
      );
      await sleep(pause, undefined, { signal: ending.signal, ref: false }).catch(() => undefined);
      pause = Math.min(pause * 2, longestPauseMs);
    }
  };
  return {
    of: (container) => records.read(container),
    made: (container, user) => records.write(container, user),
    start: () => {
      void run();
    },
    close: () => {
      ending.abort();
    },
  };
}
