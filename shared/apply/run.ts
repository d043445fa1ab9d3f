import * as z from 'zod';
import { messageReferenceSchema } from '../messages/schema.ts';
import { appErrorSchema } from '../app-error.ts';
import { engineLogLineSchema } from '../engine-status/status.ts';
import { verificationSchema } from '../verify/claims.ts';
import { removeOutcomeSchema } from '../containers/protection.ts';
import { recreateMemberSchema, recreateRunSchema } from '../containers/recreate.ts';
import { applySteps } from './steps.ts';

export const stepStates = ['waiting', 'running', 'done', 'skipped', 'failed'] as const;

const applyStepStatusSchema = z.object({
  step: z.enum(applySteps),
  state: z.enum(stepStates),
  startedAt: z.string().nullable(),
  durationMs: z.number().nullable(),
  /** A fact shown as a caption: "version 12", "2 keys added to daemon.json". */
  detail: z.string().nullable(),
  /** The catalogue sentence of the caption; missing for names, and in runs of earlier versions. */
  sentence: messageReferenceSchema.optional(),
});
export type ApplyStepStatus = z.infer<typeof applyStepStatusSchema>;

/** How an apply ended. */
const applyOutcomeSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('applied'),
    version: z.number().int(),
    verification: verificationSchema.nullable(),
    removed: z.array(removeOutcomeSchema),
    recreated: z.array(recreateMemberSchema),
    /** If the version is not in history although it is in force, the reason. */
    unrecorded: z.string().optional(),
    /** The catalogue sentence of the text; missing for the system's messages. */
    unrecordedSentence: messageReferenceSchema.optional(),
  }),
  z.object({
    kind: z.literal('rolled-back'),
    failedStep: z.enum(applySteps),
    error: appErrorSchema,
    restoredVersion: z.number().int(),
  }),
  z.object({
    kind: z.literal('rollback-failed'),
    failedStep: z.enum(applySteps),
    error: appErrorSchema,
    rollbackError: appErrorSchema,
    backupDir: z.string(),
  }),
]);
export type ApplyOutcome = z.infer<typeof applyOutcomeSchema>;

/** A run as displayed in the window; the journal on disk contains its essential parts. */
export const applyRunSchema = z.object({
  id: z.string(),
  fromVersion: z.number().int(),
  toVersion: z.number().int(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  steps: z.array(applyStepStatusSchema),
  /** 'cancelling' while rolling back on request; 'rolling-back' after a failure. */
  activity: z.enum(['applying', 'cancelling', 'rolling-back', 'ended']),
  /** True while a cancel is possible. */
  cancellable: z.boolean(),
  estimatedSeconds: z.number(),
  /** Running containers outlive the restart, by live-restore; absent if not. */
  keepsContainers: z.boolean().optional(),
  outcome: applyOutcomeSchema.nullable(),
});
export type ApplyRun = z.infer<typeof applyRunSchema>;

/**
 * Events of one apply: what `bulkhead apply --json --events` prints line by line and what the window
 * subscribes to.
 */
export const applyEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('run'), run: applyRunSchema }),
  /** Progress of the recreation in the step `recreate`. */
  z.object({ type: z.literal('recreation'), recreation: recreateRunSchema }),
  z.object({ type: z.literal('log'), line: engineLogLineSchema }),
]);
export type ApplyEvent = z.infer<typeof applyEventSchema>;
