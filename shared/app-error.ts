import * as z from 'zod';
import { messageReferenceSchema } from './messages/schema.ts';

/** Every error code. */
export const appErrorCodes = [
  'settings.syntax',
  'settings.unreadable',
  'settings.missing',
  'settings.unwritable',
  'settings.conflict',
  'settings.draft-changed',
  'settings.findings',
  'settings.too-large',
  'settings.pointer',
  'settings.version-unknown',
  'settings.locked',
  'daemon-json.invalid',
  'daemon-json.conflict',
  'daemon-json.unwritable',
  'engine.not-installed',
  'engine.unreachable',
  'engine.start-failed',
  'engine.stop-failed',
  'engine.not-ready',
  'engine.root-invalid',
  'engine.already-running',
  'engine.request-failed',
  'engine.changed',
  'isolation.requirement-missing',
  'isolation.install-failed',
  'isolation.planner-failed',
  'apply.in-progress',
  'apply.cancelled',
  'apply.nothing-to-apply',
  'apply.rolled-back',
  'apply.rollback-failed',
  'apply.not-confirmed',
  'verify.failed',
  'verify.no-image',
  'containers.not-found',
  'containers.running',
  'containers.remove-failed',
  'containers.recreate-failed',
  'containers.recreate-blocked',
  'containers.not-healthy',
  'rights.not-root',
  'ipc.bad-payload',
  'ipc.bad-sender',
  'input.unusable',
  'internal',
] as const;
export type AppErrorCode = (typeof appErrorCodes)[number];

/** The three parts of every error message: what failed, why, and what to do. */
export const appErrorSchema = z.object({
  code: z.enum(appErrorCodes),
  /** What failed, one English sentence without secrets. */
  message: z.string(),
  /** Why: the engine's or the system's own message, copyable. */
  reason: z.string().optional(),
  /** What to try next, one imperative sentence. */
  hint: z.string().optional(),
  /** Facts about the failure, for programs (path, container name, …). */
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** The catalogue sentences of the three texts, for display in another language. */
  sentences: z
    .object({
      message: messageReferenceSchema.optional(),
      reason: messageReferenceSchema.optional(),
      hint: messageReferenceSchema.optional(),
    })
    .optional(),
});
export type AppError = z.infer<typeof appErrorSchema>;
