import * as z from 'zod';
import type { Container, ContainerScan } from './protection.ts';

/** Containers that were created without protection while ECI was on, and that the user has not seen yet. */
export const appearedSchema = z.object({
  ids: z.array(z.string()),
  /** When the first of them was seen. */ since: z.string(),
});
export type Appeared = z.infer<typeof appearedSchema>;

export interface AppearanceState {
  /**
   * Unprotected containers that need no report. Null before the first scan: containers that exist then are
   * counted elsewhere, and cause no event.
   */
  readonly known: ReadonlySet<string> | null;
  readonly appeared: Appeared | null;
}

/** Reasons of unprotected containers that call for no report. */
const expected: ReadonlySet<Container['reason']> = new Set(['unknown', 'audit-mode']);

export const nothingWatched: AppearanceState = { known: null, appeared: null };

/**
 * Processes a scan. Containers that are unprotected while ECI is off are expected, and need no report when it
 * is turned on, and so are those that audit mode lets through. One that could not be inspected is ignored: it
 * may be gone already, and the next scan will show it.
 */
export function watchScan(before: AppearanceState, scan: ContainerScan): AppearanceState {
  const unprotected = scan.containers.filter((container) => !container.protected);
  const reportable = unprotected.filter(({ reason }) => reason !== 'unknown').map(({ id }) => id);
  const here = new Set(unprotected.map(({ id }) => id));
  const known = new Set([...(before.known ?? []), ...reportable].filter((id) => here.has(id)));
  const fresh =
    before.known === null || !scan.eci
      ? []
      : unprotected
          .filter(({ id, reason }) => !expected.has(reason) && before.known?.has(id) !== true)
          .map(({ id }) => id);
  // Removed or recreated ones are dropped; with ECI off, all are.
  const waiting = scan.eci ? [...(before.appeared?.ids ?? []), ...fresh].filter((id) => here.has(id)) : [];
  return {
    known,
    appeared: waiting.length === 0 ? null : { ids: waiting, since: before.appeared?.since ?? scan.at },
  };
}
