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
  /** Containers that were seen as let through by audit mode. They need no report unless that was wrong. */
  readonly audited: ReadonlySet<string>;
  readonly appeared: Appeared | null;
}

export const nothingWatched: AppearanceState = { known: null, audited: new Set(), appeared: null };

/**
 * Processes a scan. Containers that are unprotected while ECI is off are expected, and need no report when it
 * is turned on, and so are those that audit mode lets through while it is in force. One that could not be
 * inspected is ignored: it may be gone already, and the next scan will show it.
 */
export function watchScan(before: AppearanceState, scan: ContainerScan): AppearanceState {
  const unprotected = scan.containers.filter((container) => !container.protected);
  const here = new Set(unprotected.map(({ id }) => id));
  const seen = (reasons: (reason: Container['reason']) => boolean) =>
    unprotected.filter(({ reason }) => reasons(reason)).map(({ id }) => id);
  // One that audit mode let through can be replaced later.
  const isAudit = (reason: Container['reason']) => reason === 'audit-mode' || reason === 'replaced';
  const audit = seen(isAudit);
  const reportable = seen((reason) => !isAudit(reason) && reason !== 'unknown');
  const isAuditExpected = before.known === null || scan.audit === true;
  const unexpectedAudit = isAuditExpected ? [] : audit.filter((id) => !before.audited.has(id));
  const fresh =
    before.known === null || !scan.eci
      ? []
      : [...reportable, ...unexpectedAudit].filter((id) => before.known?.has(id) !== true);
  // Removed or recreated ones are dropped; with ECI off, all are.
  const waiting = scan.eci ? [...(before.appeared?.ids ?? []), ...fresh].filter((id) => here.has(id)) : [];
  const stillHere = (ids: Iterable<string>) => new Set([...ids].filter((id) => here.has(id)));
  return {
    known: stillHere([...(before.known ?? []), ...reportable, ...unexpectedAudit]),
    audited: stillHere([...before.audited, ...audit]),
    appeared: waiting.length === 0 ? null : { ids: waiting, since: before.appeared?.since ?? scan.at },
  };
}
