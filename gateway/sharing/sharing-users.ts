import { setTimeout as sleep } from 'node:timers/promises';
import type { SharingUser, StartDecisions } from '../../shared/isolation/sharing-user.ts';
import type { EngineContainers } from '../sockets/engine-containers.ts';
import type { SharingRecords } from './sharing-records.ts';

/** The sharing users of containers, synchronized with the engine's containers. */
export interface SharingUsers {
  /** Null: unknown. */
  userOf(container: string): Promise<SharingUser | null>;
  /** Stores the record; it is on disk when this resolves. */
  recordCreated(container: string, user: SharingUser): Promise<void>;
  /** Stores what was decided for a start of the container, in its record. Rejects where it has none. */
  recordStart(container: string, decisions: Partial<StartDecisions>): Promise<void>;
  /** Begins to follow the engine. */
  start(): void;
  close(): void;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * Removes the record of a removed container; at every (re)connection also those of containers that were
 * removed meanwhile.
 */
export function createSharingUsers(
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
    // Before the list request: a container created meanwhile is not in its response.
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
    userOf: (container) => records.read(container),
    recordCreated: (container, user) => records.write(container, user),
    recordStart: async (container, decisions) => {
      const before = await records.readDecisions(container);
      const after = { ...before, ...decisions };
      if (JSON.stringify(before) === JSON.stringify(after)) return;
      const user = await records.read(container);
      if (user === null) throw new Error(`container ${container} has no record`);
      await records.write(container, user, after);
    },
    start: () => {
      void run();
    },
    close: () => {
      ending.abort();
    },
  };
}
