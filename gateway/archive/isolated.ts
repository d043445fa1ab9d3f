import { readFile } from 'node:fs/promises';
import { capabilitiesOfRuntime } from '../../shared/isolation/backends.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import type { ContainerFacts, EngineFacts } from '../engine-api/engine-facts.ts';
import { ResponseReplacedError } from '../http/exchange.ts';

/** A container of the isolation runtime, as it was when inspected. */
export interface IsolatedContainer {
  readonly facts: ContainerFacts;
  /** The name the client used; the engine gets the id, which its errors show. */
  readonly requestedName: string;
  /**
   * Its current run: the id range, and its first process. Null while it is not up: then the engine sees true
   * ids.
   */
  readonly run: ContainerRun | null;
  /**
   * The engine's mount of its files while it is up, without mounts of the container's own; undefined where
   * unknown.
   */
  readonly merged?: string | undefined;
}
export interface ContainerRun {
  /**
   * The shift of its files' ids for the engine: the first host id of its range, or 0 where they are no
   * overlay: then the engine sees the ids on disk.
   */
  readonly base: number;
  readonly pid: number;
  /** The start time of that process; with the pid it identifies the process uniquely. */
  readonly startTime: string;
}

/**
 * Inspects a container for a copy. Null where its ids are not shifted: there is no such container, or it has
 * another runtime (or runs as the engine's root all the same). Throws EngineUnreachable;
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
    // While it waits for a restart it is "running", without a process.
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
        `bulkhead gateway: the id range of container ${container.name} is not known, so nothing was copied`,
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
 * Whether a container is still in the inspected state, checked while the engine has it locked for a copy (it
 * neither starts nor cleans up the container meanwhile): then the engine's view of its files is the inspected
 * one.
 */
export async function isUnchanged(
  { facts: { id }, run }: IsolatedContainer,
  facts: EngineFacts,
): Promise<boolean> {
  // While the process exists, even as a zombie, the engine has not cleaned up after it.
  if (run !== null) return (await startTimeOf(run.pid)) === run.startTime;
  return (await facts.isUp(id)) === false;
}

/** The start time of a process, in clock ticks since boot; null when there is none with this pid. */
async function startTimeOf(pid: number): Promise<string | null> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'latin1');
    // After the program's name, which may hold anything, come the fields from the third on.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

/** The first host id of a range; null where the map is no single range. */
function baseOf(map: string): number | null {
  const [inside, outside, size, more] = map.trim().split(/\s+/).map(Number);
  if (inside !== 0 || outside === undefined || !Number.isSafeInteger(outside)) return null;
  if (outside === 0) return 0;
  return size === rangeSize && more === undefined ? outside : null;
}
