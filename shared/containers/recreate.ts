import * as z from 'zod';
import { messageReferenceSchema } from '../messages/schema.ts';
import { appErrorSchema } from '../app-error.ts';

/**
 * What is different about the new container, what is not carried over, and what stands in the way; words are
 * the command line's and the app's.
 */
export const recreateNoteCodes = [
  // Different under ECI, or by being made anew.
  'runtime',
  'userns',
  'cgroup-namespace',
  'image',
  'anonymous-volume',
  'volumes-from',
  'socket',
  'chosen-ports',
  'owner-label',
  'compose-again',
  'shares',
  'never-run',
  'kept-written',
  'compose-second',
  // Not carried over.
  'memory',
  'writable-layer',
  'writable-unknown',
  'after-commit',
  'logs',
  'execs',
  'auto-remove',
  'linked-by',
  // In the way.
  'eci-off',
  'host-namespace',
  'paused',
  'unusable-state',
  'image-gone',
  'swarm',
  'shared-by',
  'joined-gone',
  'joined-unprotected',
  'no-way-back',
  'gone-at-restart',
  'refused',
  'not-inspected',
] as const;
export type RecreateNoteCode = (typeof recreateNoteCodes)[number];
export const recreateNoteSchema = z.object({
  code: z.enum(recreateNoteCodes),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])),
  /** Which sentence of the catalogue the text in `params` is (`why`, `message`). */
  sentence: messageReferenceSchema.optional(),
});
export type RecreateNote = z.infer<typeof recreateNoteSchema>;

export const recreateRequestSchema = z.object({
  /** Ids or names. */
  ids: z.array(z.string().min(1).max(256)).min(1).max(1000),
  /** Those whose writable layer is committed to an image the new one is made of (by id or name). */
  commit: z.array(z.string().min(1).max(256)).max(1000),
  /**
   * Those that ran until something stopped them (an apply): taken as running, so that the new one is started,
   * and the old one if it comes back. By id.
   */
  start: z.array(z.string().min(1).max(256)).max(1000).optional(),
  /**
   * What becomes of the old one once the new one runs healthy. One that is not running, or holds what was
   * written inside it and is not committed, is always kept, unless `remove`.
   */
  old: z.enum(['remove-when-healthy', 'keep', 'remove']),
  /**
   * Name or number of the user who asks for the new ones: theirs is `$HOME`, and what is written into shared
   * directories (A8). Absent: who had the old one made, where that was recorded, else who is behind sudo or
   * pkexec, else root.
   */
  as: z.string().min(1).max(64).optional(),
  /** Also containers run with --rm, which are gone when they stop. */
  withoutWayBack: z.boolean(),
});
export type RecreateRequest = z.infer<typeof recreateRequestSchema>;

export const recreateItemSchema = z.object({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  /** Its processes run: it is stopped, and the new one started. */
  running: z.boolean(),
  /** Protected already: nothing is done. */
  unchanged: z.boolean(),
  changes: z.array(recreateNoteSchema),
  lost: z.array(recreateNoteSchema),
  blockers: z.array(recreateNoteSchema),
  /** Bytes and paths written inside it; what a commit would carry. Null: the engine did not tell. */
  written: z.object({ bytes: z.number(), paths: z.number().int() }).nullable(),
  commit: z.boolean(),
});
export type RecreateItem = z.infer<typeof recreateItemSchema>;

export const recreatePlanSchema = z.object({
  /**
   * In the order in which they are recreated. Those of one group stand or fall together, since one lives in
   * another's namespaces.
   */
  groups: z.array(z.array(recreateItemSchema)),
  blocked: z.boolean(),
});
export type RecreatePlan = z.infer<typeof recreatePlanSchema>;

/** Steps of one group. `commit` only where it was requested. */
export const recreateSteps = ['create', 'stop', 'commit', 'swap', 'start', 'wait', 'clean-up'] as const;
export type RecreateStep = (typeof recreateSteps)[number];

export const recreateOutcomeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('recreated'),
    id: z.string(),
    /** Name of the old one where it was kept. */ kept: z.string().nullable(),
    /** Tag of the image it was committed to. */ image: z.string().nullable(),
    started: z.boolean(),
    warning: z.string().optional(),
    /** Which sentence of the catalogue `warning` is. */
    sentence: messageReferenceSchema.optional(),
  }),
  z.object({ kind: z.literal('unchanged') }),
  /** Nothing had been stopped. */
  z.object({ kind: z.literal('refused'), error: appErrorSchema }),
  z.object({ kind: z.literal('rolled-back'), step: z.enum(recreateSteps), error: appErrorSchema }),
  z.object({
    kind: z.literal('rollback-failed'),
    step: z.enum(recreateSteps),
    error: appErrorSchema,
    rollbackError: appErrorSchema,
  }),
  z.object({ kind: z.literal('not-begun'), error: appErrorSchema }),
]);
export type RecreateOutcome = z.infer<typeof recreateOutcomeSchema>;

export const recreateMemberSchema = z.object({
  id: z.string(),
  name: z.string(),
  step: z.enum(recreateSteps).nullable(),
  outcome: recreateOutcomeSchema.nullable(),
});
export type RecreateMember = z.infer<typeof recreateMemberSchema>;

/** A recreation as it goes, one member a container. */
export const recreateRunSchema = z.object({
  members: z.array(recreateMemberSchema),
  activity: z.enum(['recreating', 'rolling-back', 'cancelling', 'ended']),
  /** True while a cancel is honoured. */
  cancellable: z.boolean(),
});
export type RecreateRun = z.infer<typeof recreateRunSchema>;
