import type { AppError } from '../result.ts';
import { message } from './message.ts';
import type { Message, MessageReference } from './localized-text.ts';

/** What failed and why as one sentence: `what: why`. */
export function errorMessage(error: AppError): Message | string {
  const what = withReference(error.message, error.sentences?.message);
  if (error.reason === undefined) return what;
  return message('common.what-and-why', { what, why: withReference(error.reason, error.sentences?.reason) });
}

const withReference = (text: string, reference: MessageReference | undefined): Message | string =>
  reference === undefined ? text : { ...reference, text };
