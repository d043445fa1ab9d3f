import type Docker from 'dockerode';
import type { EngineCrash } from '../../../shared/engine-status/status.ts';
import { inspectSlots } from '../../scan/inspect-slots.ts';
import type { UnitState } from '../guarded/systemd.ts';

type EngineUnit = Pick<UnitState, 'mainPid' | 'restarts' | 'since' | 'until'>;

/** How long the engine may take to list the containers, or to inspect one, ms. */
export const crashReadMs = 5_000;

/**
 * Reads what the last crash of docker.service killed; null after a regular start, or if it is not known. Each
 * start of the engine is examined once.
 *
 * systemd counts the restarts that it made itself (`NRestarts`) and resets the count at a regular start. A
 * container that ended between the end of one dockerd and the readiness of the next was ended by that:
 * dockerd records when a container ended, also where it finds that out, or ends it, at its own start. Times
 * of units are in seconds, so that one which ended in the second before the crash counts, too. Containers
 * with `--rm` are gone.
 */
export function crashReader(connect: () => Docker): (unit: EngineUnit) => Promise<EngineCrash | null> {
  let examined: { readonly start: string; readonly crash: EngineCrash } | null = null;
  return async (unit) => {
    const { until, since } = unit;
    if (unit.restarts === 0 || until === null || since === null || until > since) return null;
    const start = `${unit.mainPid ?? 0} ${since}`;
    if (examined?.start === start) return examined.crash;
    const containers = await endedBetween(connect(), Date.parse(until), Date.parse(since) + 1000).catch(
      () => null,
    );
    if (containers === null) return null;
    examined = { start, crash: { at: until, containers, removed: 0 } };
    return examined.crash;
  };
}

/** Ids of the containers that do not run, and ended in [from, to), ms since the epoch. */
async function endedBetween(docker: Docker, from: number, to: number): Promise<string[]> {
  const listed = await docker.listContainers({ all: true });
  const inSlot = inspectSlots();
  const ids = await Promise.all(
    listed
      .filter(({ State }) => State === 'exited' || State === 'dead')
      .map(({ Id }) =>
        inSlot(async () => {
          const ended = await endOf(docker, Id);
          return ended >= from && ended < to ? [Id] : [];
        }),
      ),
  );
  return ids.flat();
}

/** When the container ended; NaN if that is not known, for example because it was removed meanwhile. */
const endOf = (docker: Docker, id: string): Promise<number> =>
  docker
    .getContainer(id)
    .inspect({ abortSignal: AbortSignal.timeout(crashReadMs) })
    .then(
      ({ State }) => Date.parse(State.FinishedAt),
      () => NaN,
    );
