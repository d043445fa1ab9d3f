import { lostNothing, type EngineCrash } from '../shared/engine-status/status.ts';
import type { KilledContainers } from './killed-containers.ts';

/**
 * The crash to record once the engine is ready again. `endedAt`: when dockerd ended by itself before this
 * start; null if it did not, or if an earlier supervisor did not see its end. Containers that an earlier
 * crash killed stay recorded.
 */
export function recordedCrash(
  earlier: EngineCrash | null,
  { endedAt, killed }: { readonly endedAt: string | null; readonly killed: KilledContainers },
): EngineCrash | null {
  const { stopped, removed } = killed;
  if (endedAt === null && stopped.length === 0 && removed.length === 0) return earlier;
  return {
    at: endedAt ?? new Date().toISOString(),
    containers: [...new Set([...(earlier?.containers ?? []), ...stopped.map(({ id }) => id)])],
    removed: (earlier?.removed ?? 0) + removed.length,
  };
}

/** What a requested restart leaves of the record: only a crash that lost containers. */
export const crashAfterRestart = (crash: EngineCrash | null | undefined): EngineCrash | null =>
  crash == null || lostNothing(crash) ? null : crash;
