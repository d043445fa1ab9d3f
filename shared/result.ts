import type { AppError, AppErrorCode } from './app-error.ts';
import { plainText, referenceTo, type Message } from './messages/message.ts';

export type { AppError, AppErrorCode } from './app-error.ts';

export type Ok<T> = { readonly ok: true; readonly value: T };
export type Err<E> = { readonly ok: false; readonly error: E };
/** Expected failures are values. Exceptions are for defects only. */
export type Result<T, E = AppError> = Ok<T> | Err<E>;

export const ok = <T>(value: T): Ok<T> => ({ ok: true, value });
export const err = <E>(error: E): Err<E> => ({ ok: false, error });

/** A text of an error: a catalogue sentence, or a message of the engine or the system. */
type ErrorText = string | Message;

/** Builds an `Err<AppError>`; `cause` provides the reason if it is an Error. */
export function fail(
  code: AppErrorCode,
  message: ErrorText,
  more: { cause?: unknown; reason?: ErrorText; hint?: ErrorText; params?: AppError['params'] } = {},
): Err<AppError> {
  const { hint, params } = more;
  const reason = more.reason ?? reasonOf(more.cause);
  const sentences = {
    ...referenceAt('message', message),
    ...referenceAt('reason', reason),
    ...referenceAt('hint', hint),
  };
  return err({
    code,
    message: plainText(message),
    ...(reason === undefined ? {} : { reason: plainText(reason) }),
    ...(hint === undefined ? {} : { hint: plainText(hint) }),
    ...(params === undefined ? {} : { params }),
    ...(Object.keys(sentences).length === 0 ? {} : { sentences }),
  });
}

function reasonOf(cause: unknown): string | undefined {
  if (cause === undefined) return undefined;
  return cause instanceof Error ? cause.message : String(cause);
}

function referenceAt(name: 'message' | 'reason' | 'hint', text: ErrorText | undefined) {
  return text === undefined || typeof text === 'string' ? {} : { [name]: referenceTo(text) };
}

/** The error with another hint. */
export const withHint = (error: AppError, hint: Message): AppError => ({
  ...error,
  hint: plainText(hint),
  sentences: { ...error.sentences, hint: referenceTo(hint) },
});

/** Parameters of an error that a user with other rights would not get. */
export const accessDenied = { access: 'denied' } as const;
export const isAccessDenied = ({ params }: AppError): boolean => params?.['access'] === accessDenied.access;

/**
 * Parameters of an error about a file that can be read, but whose bytes are not text, or too many: an apply
 * can replace and keep it.
 */
export const notText = { content: 'not-text' } as const;
export const isNotText = ({ params }: AppError): boolean => params?.['content'] === notText.content;

/** Exhaustiveness check for switches over unions. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
