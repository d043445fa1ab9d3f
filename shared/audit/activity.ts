import * as z from 'zod';
import { probeImagePrefix } from './probe-image.ts';
import { auditEntrySchema, type StoredAuditEntry } from './entry.ts';

/** Number of the newest entries that the app keeps. */
export const activityDepth = 10_000;
/** Number of days for which denials are counted, today included. */
export const activityDays = 14;
/** Maximum number of entries in one response: a window stays responsive while it processes them. */
export const activityPageSize = 2500;

/** An entry as sent to the window. */
export const activityEntrySchema = auditEntrySchema.extend({
  /** Its own id, or one assigned for this run of the app if the log's entry has none. */
  id: z.string(),
  /** Position in the log; counted within one run of the app. */
  seq: z.number().int(),
  /** Name of the user `userIdOf` on this machine. */
  user: z.string().nullable(),
});
export type ActivityEntry = z.infer<typeof activityEntrySchema>;

/** The state of the app's connection to the decision log. */
const activityStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reading') }),
  z.object({ kind: z.literal('following') }),
  /** There is no log: nothing was decided yet, or no gateway of ours is in front of this engine. */
  z.object({ kind: z.literal('absent') }),
  z.object({
    kind: z.literal('unreadable'),
    why: z.enum(['rights', 'other']),
    path: z.string(),
    message: z.string(),
  }),
]);
export type ActivityState = z.infer<typeof activityStateSchema>;

/** Repeated denials, as one. */
const denialGroupSchema = z.object({
  count: z.number().int(),
  first: z.string(),
  last: z.string(),
  /** The newest of them. */
  entry: activityEntrySchema,
});
export type DenialGroup = z.infer<typeof denialGroupSchema>;

/** A summary of the decision log for all pages. */
export const activitySummarySchema = z.object({
  state: activityStateSchema,
  /** Number of entries kept. */
  entries: z.number().int(),
  /** Denials per day (local date, `2026-11-10`), of the last days that have any. */
  days: z.array(z.object({ day: z.string(), denied: z.number().int(), wouldDeny: z.number().int() })),
  /** When the oldest entry was written. */
  since: z.string().nullable(),
  /** Entries older than `since` were rotated away: the days before it are unknown. */
  rotatedAway: z.boolean(),
  /** Number of unseen denials, including audit mode's. */
  unseen: z.number().int(),
  /** The unseen ones, grouped, newest first; a limited number. */
  groups: z.array(denialGroupSchema),
});
export type ActivitySummary = z.infer<typeof activitySummarySchema>;

export const activityPageSchema = z.object({
  /** Id of their engine. */
  target: z.string(),
  /** Newest last. */
  entries: z.array(activityEntrySchema),
  /** There are older ones among those kept. */
  more: z.boolean(),
});
export type ActivityPage = z.infer<typeof activityPageSchema>;

/** New entries, as an event. Of a large number only the newest are sent; `left` counts the others. */
export const activityBatchSchema = z.object({
  target: z.string(),
  entries: z.array(activityEntrySchema),
  left: z.number().int(),
});

export const isDenial = (entry: Pick<StoredAuditEntry, 'outcome'>): boolean =>
  entry.outcome === 'deny' || entry.outcome === 'would-deny';

/**
 * Whether a verification sent it: its probes send what an attacker would, and expect each refusal. Identified
 * by root's uid, the clients' socket and the image: no other user can send such a request, so none can hide
 * behind it. What a probe requests by its own socket, the gateway marks by the same facts of its creation.
 */
export const isProbes = (entry: Pick<StoredAuditEntry, 'client' | 'origin' | 'image'>): boolean =>
  entry.origin?.verification === true ||
  (entry.client.uid === 0 &&
    entry.origin?.kind === 'clients' &&
    entry.image?.startsWith(probeImagePrefix) === true);

/**
 * Uid of the user behind a request: for one by a mounted socket, of the user who created the container, since
 * the caller's own uid is one of the container's range. Null: unknown.
 */
export const userIdOf = ({ client, origin }: Pick<StoredAuditEntry, 'client' | 'origin'>): number | null =>
  origin?.kind === 'socket-mount' ? (origin.createdBy ?? null) : client.uid;

/**
 * What makes entries repetitions of each other: equal outcome, rule, subject and caller; not the time, the
 * process, nor a container's generated name.
 */
export function repeatKey(entry: StoredAuditEntry): string {
  const caller =
    entry.origin?.kind === 'socket-mount'
      ? (entry.origin.image ?? entry.origin.mount ?? '')
      : String(entry.client.uid);
  return [
    entry.outcome,
    entry.rule,
    entry.setting ?? '',
    entry.subject?.path ?? entry.subject?.command ?? entry.what ?? '',
    entry.image ?? '',
    entry.image === undefined ? (entry.container ?? '') : '',
    caller,
  ].join('\n');
}

/** Local date of a time, `2026-11-10`; null for an invalid one. */
export function localDay(time: string | number): string | null {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return null;
  return (
    `${date.getFullYear()}-${String(date.getMonth() + 1).padStart(2, '0')}-` +
    `${String(date.getDate()).padStart(2, '0')}`
  );
}

/** The last `activityDays` local dates up to `now`, oldest first. */
export function lastDays(now: number): readonly string[] {
  const today = new Date(now);
  // By the calendar, at noon, so that days with a change of daylight-saving time are counted, too.
  return Array.from(
    { length: activityDays },
    (_, index) =>
      localDay(
        new Date(
          today.getFullYear(),
          today.getMonth(),
          today.getDate() - (activityDays - 1 - index),
          12,
        ).getTime(),
      ) ?? '',
  );
}
