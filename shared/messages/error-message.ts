import type { AppError } from '../result.ts';
import { message, referenceTo, withReference, type Message, type MessageReference } from './message.ts';
import type { Translate } from './translator.ts';

/** What failed, as one sentence. */
export const failureMessage = ({ message: text, sentences }: AppError): Message | string =>
  withReference(text, sentences?.message);

/** Why it failed; what failed, if the error has no reason. */
export const reasonMessage = (error: AppError): Message | string =>
  error.reason === undefined ? failureMessage(error) : withReference(error.reason, error.sentences?.reason);

/** What failed and why as one sentence: `what: why`. */
export function errorMessage(error: AppError): Message | string {
  const what = failureMessage(error);
  if (error.reason === undefined) return what;
  return message('common.what-and-why', { what, why: withReference(error.reason, error.sentences?.reason) });
}

/** An error whose reason leaves out the excerpt of a text: for sentences that go on behind it. */
export function withoutExcerpt(error: AppError): AppError {
  const reason = error.sentences?.reason;
  const problem = reason?.params?.['problem'];
  if (reason?.id !== 'common.problem-and-excerpt' || typeof problem !== 'object') return error;
  return {
    ...error,
    reason: problem.text,
    sentences: { ...error.sentences, reason: referenceTo(problem) },
  };
}

/** An error's three texts in one language; those of the engine or the system are not translated. */
export function translateError(
  { message: what, reason, hint, sentences }: Pick<AppError, 'message' | 'reason' | 'hint' | 'sentences'>,
  translate: Translate,
): { readonly message: string; readonly reason?: string; readonly hint?: string } {
  const translated = (text: string, reference: MessageReference | undefined): string =>
    translate(withReference(text, reference));
  return {
    message: translated(what, sentences?.message),
    ...(reason === undefined ? {} : { reason: translated(reason, sentences?.reason) }),
    ...(hint === undefined ? {} : { hint: translated(hint, sentences?.hint) }),
  };
}
