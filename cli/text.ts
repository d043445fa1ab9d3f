import type { MessageId } from '../shared/messages/catalogue/index.ts';
import {
  message,
  plainText,
  withReference,
  type MessageReference,
  type ParamsArgument,
} from '../shared/messages/message.ts';
import { joinMessages } from '../shared/messages/join-messages.ts';
import { errorMessage, translateError } from '../shared/messages/error-message.ts';
import type { Translate } from '../shared/messages/translator.ts';
import type { AppError } from '../shared/result.ts';

let translator: Translate = plainText;

/** Sets the language of all texts for users (`setLocale` does); null for English. */
export function setTranslator(next: Translate | null): void {
  translator = next ?? plainText;
}

/** A sentence of the catalogue in the current language. */
export const text = <Id extends MessageId>(id: Id, ...params: ParamsArgument<Id>): string =>
  translator(message(id, ...params));

/** A subject with a note: "subject: note". */
export const about = (subject: string, note: string): string =>
  text('cli-output.about', { subject, text: note });

/** Names, separated as the current language does. */
export const listText = (names: readonly string[]): string => translator(joinMessages('enumeration', names));

/**
 * A text of another process or module in the current language, by its sentence; without one, unchanged (a
 * message of an engine or the system).
 */
export const translate = (text: string, sentence?: MessageReference): string =>
  translator(withReference(text, sentence));

/** A sentence with its English text, or a text that is the same in every language. */
export const translateSentence: Translate = (sentence) => translator(sentence);

/** The texts that errors of every origin have for users. */
export type ErrorTexts = Pick<AppError, 'message' | 'reason' | 'hint' | 'sentences'>;

/** An error for display: "error: what: why", and on a second line what to do. */
export const errorText = (error: AppError): string =>
  withHint(error, (what) => text('cli-output.error', { text: what }));

/** The same as a monitoring plugin prints it: the state is not known. */
export const unknownText = (error: AppError): string =>
  withHint(error, (what) => about(text('cli-status.check-unknown'), what));

function withHint(error: AppError, line: (what: string) => string): string {
  const { hint } = translatedError(error);
  return line(translator(errorMessage(error))) + (hint === undefined ? '' : `\n  ${hint}`);
}

/** An error's texts in the current language. */
export const translatedError = (error: ErrorTexts): ReturnType<typeof translateError> =>
  translateError(error, translator);
