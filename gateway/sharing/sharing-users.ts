import { setTimeout as sleep } from 'node:timers/promises';
import type { SharingUser, StartDecisions } from '../../shared/isolation/sharing-user.ts';
import type { EngineContainers } from '../sockets/engine-containers.ts';
import { compareRecords } from './compare-records.ts';
import { RecordHistory } from './record-history.ts';
import type { SharingRecords } from './sharing-records.ts';

/** The sharing users of containers, synchronized with the engine's containers. */
export interface SharingUsers {
  /** Null: unknown. */
  userOf(container: string): Promise<SharingUser | null>;
  /** Stores the record; it is on disk when this resolves. */
  recordCreated(container: string, user: SharingUser): Promise<void>;
  /** Stores what was decided for a start of the container, in its record. Rejects where it has none. */
  recordStart(container: string, decisions: Partial<StartDecisions>): Promise<void>;
  /** The container was created, and nobody is recorded for it. */
  noteUnknown(container: string, because: string): void;
  /** Why the container has no record, as far as this gateway knows: a clause for the log. */
  explainMissing(container: string): string;
  /** Begins to follow the engine. */
  start(): void;
  close(): void;
}

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * Removes the record of a removed container; at every (re)connection also those of containers that were
 * removed meanwhile: those that are missing in the engine's list, and that it then says it does not have.
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
  const history = new RecordHistory();
  const remove = async (container: string, because: string): Promise<void> => {
    try {
      await records.remove(container);
      history.removed(container, because);
    } catch (error) {
      failed(`the record of who shares with container ${container} could not be removed`)(error);
    }
  };

  const compare = () => compareRecords({ records, containers, remove, signal: ending.signal, log });
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
            if (action === 'destroy') void remove(id, 'the engine reported that the container was removed');
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
    recordCreated: async (container, user) => {
      await records.write(container, user);
      history.recorded(container);
    },
    noteUnknown: (container, because) => {
      history.notRecorded(container, because);
    },
    explainMissing: (container) => history.explain(container),
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
