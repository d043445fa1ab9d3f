import * as z from 'zod';
import { auditEntrySchema, type StoredAuditEntry } from './entry.ts';

/** Entries the app keeps in view: the newest. */
export const activityDepth = 10_000;
/** Days of denials that are counted, today included. */
export const activityDays = 14;
/** Most entries one request is answered with: a window stays quick while it reads them all. */
export const activityPageSize = 2500;

/** An entry as the window gets it. */
export const activityEntrySchema = auditEntrySchema.extend({
  /** Its own, or one made for this run of the app where the log's has none. */
  id: z.string(),
  /** In the order of the log; counts within one run of the app. */
  seq: z.number().int(),
  /** Name of the user `client.uid` is on this machine. */
  user: z.string().nullable(),
});
export type ActivityEntry = z.infer<typeof activityEntrySchema>;

/** How the app stands to the decision log. */
export const activityStateSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reading') }),
  z.object({ kind: z.literal('following') }),
  /** There is no log: nothing was decided yet, or no gateway of ours stands before this engine. */
  z.object({ kind: z.literal('absent') }),
  z.object({
    kind: z.literal('unreadable'),
    why: z.enum(['rights', 'other']),
    path: z.string(),
    message: z.string(),
  }),
]);
export type ActivityState = z.infer<typeof activityStateSchema>;

/** What was denied over and over, as one. */
export const denialGroupSchema = z.object({
  count: z.number().int(),
  first: z.string(),
  last: z.string(),
  /** The newest of them. */
  entry: activityEntrySchema,
});
export type DenialGroup = z.infer<typeof denialGroupSchema>;

/** The part of the decision log that every page may need. */
export const activitySummarySchema = z.object({
  state: activityStateSchema,
  /** Entries in view. */
  entries: z.number().int(),
  /** Denials a day (local date, `2026-11-10`), of the last days that have any. */
  days: z.array(z.object({ day: z.string(), denied: z.number().int(), wouldDeny: z.number().int() })),
  /** When the oldest entry was written. */
  since: z.string().nullable(),
  /** Older entries than `since` were rotated away: of the days before it nothing is known. */
  rotatedAway: z.boolean(),
  /** Denials, audit mode's too, that were not seen yet. */
  unseen: z.number().int(),
  /** The unseen ones, grouped, newest first; a few. */
  groups: z.array(denialGroupSchema),
});
export type ActivitySummary = z.infer<typeof activitySummarySchema>;

export const activityPageSchema = z.object({
  /** Id of the engine they are of. */
  target: z.string(),
  /** Newest last. */
  entries: z.array(activityEntrySchema),
  /** There are older ones in view. */
  more: z.boolean(),
});
export type ActivityPage = z.infer<typeof activityPageSchema>;

/** New entries, as an event. Of a flood only the newest come; `left` counts the others. */
export const activityBatchSchema = z.object({
  target: z.string(),
  entries: z.array(activityEntrySchema),
  left: z.number().int(),
});
export type ActivityBatch = z.infer<typeof activityBatchSchema>;

export const isDenial = (entry: Pick<StoredAuditEntry, 'outcome'>): boolean =>
  entry.outcome === 'deny' || entry.outcome === 'would-deny';

/**
 * Whether a verification sent it: its probes send what an attacker would, and each refusal is what they are
 * to see. Told by root's uid, the clients' socket and the image: nobody else may ask as root there, so that
 * nobody hides behind it.
 */
export const isProbes = (entry: Pick<StoredAuditEntry, 'client' | 'origin' | 'image'>): boolean =>
  entry.client.uid === 0 &&
  entry.origin?.kind === 'clients' &&
  entry.image?.startsWith('bulkhead/probe:') === true;

/**
 * What makes entries repeats of each other: outcome, rule, thing and asker; not the moment, the process, nor
 * a container's made-up name.
 */
export function repeatKey(entry: StoredAuditEntry): string {
  const asker =
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
    asker,
  ].join('\n');
}

/** Local date of a moment, `2026-11-10`; null for what is no time. */
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
  // By the calendar, at noon: days with a change of the clock are days, too.
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
