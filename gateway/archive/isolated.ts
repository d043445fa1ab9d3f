import { readFile } from 'node:fs/promises';
import { capabilitiesOfRuntime } from '../../shared/isolation/backends.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import type { ContainerFacts, EngineFacts } from '../engine-api/engine-facts.ts';
import { ResponseReplacedError } from '../http/exchange.ts';

export { rangeSize };

/** A container of the isolation runtime, as it was when inspected. */
export interface IsolatedContainer {
  readonly facts: ContainerFacts;
  /** The name the client used; the engine gets the id, which its errors show. */
  readonly requestedName: string;
  /**
   * The run it is in: its id range, and the process that stands for it. Null while it is not up: then the
   * engine sees true ids.
   */
  readonly run: ContainerRun | null;
  /**
   * Where the engine has its files while it is up, of which the container sees what it mounts on them, too;
   * undefined where unknown.
   */
  readonly merged?: string | undefined;
}
export interface ContainerRun {
  /**
   * What the engine sees the ids of its files shifted by: the first host id of its range, or 0 where they are
   * no overlay, which the engine has as they are on disk.
   */
  readonly base: number;
  readonly pid: number;
  /** When that process was started: with the number it is one process, for ever. */
  readonly startTime: string;
}

/**
 * Looks at a container for a copy. Null where ids need no care: there is no such container, or it is not of
 * the isolation runtime (or runs as the engine's root all the same). Throws EngineUnreachable;
 * ResponseReplacedError where its range is unknown.
 */
export async function inspectIsolated(
  reference: string,
  facts: EngineFacts,
  requestedName = reference,
): Promise<IsolatedContainer | null> {
  for (let attempt = 0; attempt < 5; attempt++) {
    const container = await facts.container(reference);
    if (container === null || capabilitiesOfRuntime(container.runtime)?.ownRange !== true) return null;
    // While it waits to be restarted it counts as running, without a process.
    if (!container.running || container.pid <= 0)
      return { facts: container, requestedName: requestedName, run: null };
    const startTime = await startTimeOf(container.pid);
    if (startTime === null) continue;
    const [uids = '', gids = ''] = await Promise.all(
      ['uid_map', 'gid_map'].map((name) =>
        readFile(`/proc/${container.pid}/${name}`, 'utf8').catch(() => ''),
      ),
    );
    if (uids === '' || gids === '' || (await startTimeOf(container.pid)) !== startTime) continue;
    const base = baseOf(uids);
    if (base === 0) return null;
    if (base === null || baseOf(gids) !== base)
      throw new ResponseReplacedError(
        500,
        `bulkhead gateway: the id range of container ${container.name} cannot be told, so nothing was copied`,
      );
    return { facts: container, requestedName: requestedName, run: { base, pid: container.pid, startTime } };
  }
  throw changedMeanwhile(reference);
}

/** The container was started or stopped since it was inspected. */
export function changedMeanwhile(name: string): ResponseReplacedError {
  return new ResponseReplacedError(
    409,
    `bulkhead gateway: container ${name} was started or stopped just when it was to be copied from or ` +
      'to, so nothing was copied; try again',
  );
}

/**
 * Whether a container is still in the inspected state, checked while the engine holds it for a copy (it
 * neither starts nor cleans up containers meanwhile): then the engine has the view of its files that goes
 * with that.
 */
export async function isUnchanged(
  { facts: { id }, run }: IsolatedContainer,
  facts: EngineFacts,
): Promise<boolean> {
  // A process that is still there, even a dead one, has not been cleaned up after.
  if (run !== null) return (await startTimeOf(run.pid)) === run.startTime;
  return (await facts.isUp(id)) === false;
}

/** When a process was started, in clock ticks since boot; null when there is none of this number. */
async function startTimeOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    // After the program's name, which may hold anything, come the fields from the third on.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** Host id of a range's first id; null where the map is no such range. */
function baseOf(map: string): number | null {
  const [inside, outside, size, more] = map.trim().split(/\s+/).map(Number);
  if (inside !== 0 || outside === undefined || !Number.isSafeInteger(outside)) return null;
  if (outside === 0) return 0;
  return size === rangeSize && more === undefined ? outside : null;
}
