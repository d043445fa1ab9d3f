import type { AppError } from '../result.ts';
import { message, withReference, type Message } from './message.ts';

/** What failed, as one sentence. */
export const failureMessage = ({ message: text, sentences }: AppError): Message | string =>
  withReference(text, sentences?.message);

/** Why it failed; what failed, where the error does not say why. */
export const reasonMessage = (error: AppError): Message | string =>
  error.reason === undefined ? failureMessage(error) : withReference(error.reason, error.sentences?.reason);

/** What failed and why as one sentence: `what: why`. */
export function errorMessage(error: AppError): Message | string {
  const what = failureMessage(error);
  if (error.reason === undefined) return what;
  return message('common.what-and-why', { what, why: withReference(error.reason, error.sentences?.reason) });
}
