import type { EngineContainers } from '../sockets/engine-containers.ts';
import type { SharingRecords } from './sharing-records.ts';

export interface CompareOptions {
  readonly records: Pick<SharingRecords, 'list'>;
  readonly containers: Pick<EngineContainers, 'list' | 'exists'>;
  /** Removes a record. `because`: a clause for the log. */
  readonly remove: (container: string, because: string) => Promise<void>;
  /** Aborted when the records are another gateway's. */
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** How many containers a log line names. */
const mostNamed = 10;

/**
 * Removes the records of containers that the engine does not have. Rejects when the engine does not list what
 * it has; one container that it does not respond about does not block the others.
 */
export async function compareRecords(options: CompareOptions): Promise<void> {
  const { records, containers, remove, signal, log } = options;
  // Before the list request: a container created meanwhile is not in its response.
  const before = records.list();
  if (before.length === 0) return;
  const begun = performance.now();
  const ids = new Set((await containers.list()).map(({ id }) => id));
  const list = `${ids.size} containers, which took ${Math.round(performance.now() - begun)} ms`;
  const removed: string[] = [];
  for (const container of before.filter((one) => !ids.has(one))) {
    if (signal.aborted) break;
    // A record that is lost can't be made again: no list alone is enough.
    const exists = await containers.exists(container).catch((error: unknown) => String(error));
    if (signal.aborted) break;
    if (exists !== false) {
      log(
        `container ${container} is missing in the engine's list of ${list}, ` +
          (exists === true ? 'but exists' : `and the engine does not say whether it exists: ${exists}`),
      );
      continue;
    }
    await remove(container, `the engine had no such container, nor in its list of ${list}`);
    removed.push(container.slice(0, 12));
  }
  if (removed.length === 0) return;
  const shown = removed.slice(0, mostNamed).join(', ');
  log(
    `removed the records of who shares with ${removed.length} containers that the engine does not have ` +
      `(its list: ${list}): ${shown}${removed.length > mostNamed ? ', …' : ''}`,
  );
}
