import * as z from 'zod';

/**
 * Every code an operation of ours can fail with. The renderer and the CLI own the words; `message` is for
 * logs and as a fallback.
 */
export const appErrorCodes = [
  'settings.syntax',
  'settings.unreadable',
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

/** What went wrong, why, and what to do: the three parts of every error a person sees. */
export const appErrorSchema = z.object({
  code: z.enum(appErrorCodes),
  /** What failed, one English sentence without secrets. */
  message: z.string(),
  /** Why: the engine's or the system's own text, copyable. */
  reason: z.string().optional(),
  /** What to try next, one imperative sentence. */
  hint: z.string().optional(),
  /** Values for a translated sentence (path, container name, …). */
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});
export type AppError = z.infer<typeof appErrorSchema>;

export type Ok<T> = { readonly ok: true; readonly value: T };
export type Err<E> = { readonly ok: false; readonly error: E };
/** Expected failures are values. Exceptions are for defects only. */
export type Result<T, E = AppError> = Ok<T> | Err<E>;

export const ok = <T>(value: T): Ok<T> => ({ ok: true, value });
export const err = <E>(error: E): Err<E> => ({ ok: false, error });

/** Builds an `Err<AppError>`; `cause` gives the reason text when it is an Error. */
export function fail(
  code: AppErrorCode,
  message: string,
  more: { cause?: unknown; reason?: string; hint?: string; params?: AppError['params'] } = {},
): Err<AppError> {
  const reason =
    more.reason ??
    (more.cause instanceof Error
      ? more.cause.message
      : more.cause === undefined
        ? undefined
        : String(more.cause));
  return err({
    code,
    message,
    ...(reason === undefined ? {} : { reason }),
    ...(more.hint === undefined ? {} : { hint: more.hint }),
    ...(more.params === undefined ? {} : { params: more.params }),
  });
}

/** Exhaustiveness check for switches over unions. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
