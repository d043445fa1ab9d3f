import * as z from 'zod';
import type { ContainerScan } from './protection.ts';

/** Containers that came to be without protection while ECI was on, and that nobody has seen yet. */
export const appearedSchema = z.object({
  ids: z.array(z.string()),
  /** When the first of them was seen. */ since: z.string(),
});
export type Appeared = z.infer<typeof appearedSchema>;

export interface Watched {
  /**
   * Unprotected containers that are no news. Null before the first scan: what exists then is counted
   * everywhere, and no event.
   */
  readonly known: ReadonlySet<string> | null;
  readonly appeared: Appeared | null;
}

export const nothingWatched: Watched = { known: null, appeared: null };

/**
 * Takes in a scan. What is unprotected while ECI is off is expected, and stays known when it is turned on. A
 * container that could not be inspected is neither: it may be gone already, and the next scan will tell.
 */
export function watchScan(before: Watched, scan: ContainerScan): Watched {
  const unprotected = scan.containers.filter((container) => !container.protected);
  const reportable = unprotected.filter(({ reason }) => reason !== 'unknown').map(({ id }) => id);
  const here = new Set(unprotected.map(({ id }) => id));
  const known = new Set([...(before.known ?? []), ...reportable].filter((id) => here.has(id)));
  const fresh =
    before.known === null || !scan.eci ? [] : reportable.filter((id) => before.known?.has(id) !== true);
  // Gone or recreated ones are no news any more; with ECI off nothing is.
  const waiting = scan.eci ? [...(before.appeared?.ids ?? []), ...fresh].filter((id) => here.has(id)) : [];
  return {
    known,
    appeared: waiting.length === 0 ? null : { ids: waiting, since: before.appeared?.since ?? scan.at },
  };
}
