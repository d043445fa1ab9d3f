import * as z from 'zod';
import { messageReferenceSchema } from '../messages/schema.ts';
import { appErrorSchema } from '../app-error.ts';

/**
 * What changes for the new container, what is not carried over, and what blocks it; the texts are the command
 * line's and the app's.
 */
export const recreateNoteCodes = [
  // Changes because of ECI, or because it is created again.
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
  'kept-after-commit',
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
  // Blockers.
  'eci-off',
  'host-namespace',
  'paused',
  'unusable-state',
  'image-gone',
  'swarm',
  'shared-by',
  'joined-gone',
  'joined-unprotected',
  'no-rollback',
  'gone-at-restart',
  'group-blocked',
  'refused',
  'not-inspected',
] as const;
const recreateNoteSchema = z.object({
  code: z.enum(recreateNoteCodes),
  params: z.record(z.string(), z.union([z.string(), z.number(), z.array(z.string())])),
  /** The catalogue sentence of the text in `params` (`why`, `message`). */
  sentence: messageReferenceSchema.optional(),
});
export type RecreateNote = z.infer<typeof recreateNoteSchema>;

/** Most containers of one recreation. */
export const maxRecreated = 1000;

export const recreateRequestSchema = z.object({
  /** Ids or names. */
  ids: z.array(z.string().min(1).max(256)).min(1).max(maxRecreated),
  /**
   * Those whose writable layer is committed to an image from which the new one is created (by id or name).
   */
  commit: z.array(z.string().min(1).max(256)).max(maxRecreated),
  /**
   * Those that were running before they were stopped (by an apply): treated as running, so that the new one
   * is started, and the old one if it is restored. By id.
   */
  start: z.array(z.string().min(1).max(256)).max(maxRecreated).optional(),
  /**
   * What happens to the old one once the new one is healthy. One that is not running, or contains changes
   * that are not committed, is always kept, unless `remove`.
   */
  old: z.enum(['remove-when-healthy', 'keep', 'remove']),
  /**
   * Name or number of the user who requests the new ones: determines `$HOME`, and the owner of files written
   * into shared directories (A8). Absent: the creator of the old one, if recorded, else the user behind sudo
   * or pkexec, else root.
   */
  as: z.string().min(1).max(64).optional(),
  /** Also containers run with --rm, which are gone when they stop. */
  withoutRollback: z.boolean(),
});
export type RecreateRequest = z.infer<typeof recreateRequestSchema>;

const recreateItemSchema = z.object({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  /** It has processes: it is stopped, and the new one started. */
  running: z.boolean(),
  /** Protected already: it is not changed. */
  unchanged: z.boolean(),
  changes: z.array(recreateNoteSchema),
  lost: z.array(recreateNoteSchema),
  blockers: z.array(recreateNoteSchema),
  /**
   * What was written inside it, which a commit would carry over: bytes, how many paths, and the first of
   * them. Null: the engine did not report it.
   */
  written: z
    .object({ bytes: z.number(), paths: z.number().int(), names: z.array(z.string()).optional() })
    .nullable(),
  commit: z.boolean(),
});
export type RecreateItem = z.infer<typeof recreateItemSchema>;

export const recreatePlanSchema = z.object({
  /**
   * In the order in which they are recreated. Those of one group are recreated all or none, since they share
   * namespaces.
   */
  groups: z.array(z.array(recreateItemSchema)),
  blocked: z.boolean(),
});
export type RecreatePlan = z.infer<typeof recreatePlanSchema>;

/** Steps of one group. `commit` only if it was requested. */
export const recreateSteps = ['create', 'stop', 'commit', 'swap', 'start', 'wait', 'clean-up'] as const;
export type RecreateStep = (typeof recreateSteps)[number];

const recreateOutcomeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('recreated'),
    id: z.string(),
    /** Name of the old one where it was kept. */ kept: z.string().nullable(),
    /** Tag of the image it was committed to. */ image: z.string().nullable(),
    started: z.boolean(),
    warning: z.string().optional(),
    /** The catalogue sentence of `warning`. */
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

/** The progress of a recreation, one member per container. */
export const recreateRunSchema = z.object({
  members: z.array(recreateMemberSchema),
  activity: z.enum(['recreating', 'rolling-back', 'cancelling', 'ended']),
  /** True while a cancel is possible. */
  cancellable: z.boolean(),
});
export type RecreateRun = z.infer<typeof recreateRunSchema>;
