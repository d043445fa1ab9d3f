import type { MessageId } from '../shared/messages/catalogue/index.ts';
import {
  message,
  plainText,
  type MessageReference,
  type ParamsArgument,
} from '../shared/messages/message.ts';
import type { Translate } from '../shared/messages/translator.ts';
import type { AppError } from '../shared/result.ts';

/** How texts come into another language than English. */
export interface Translator {
  /** A sentence of the catalogue. */
  readonly message: Translate;
  /** A text that has no id, by its English. */
  readonly english: (text: string) => string;
}

const english: Translator = {
  message: plainText,
  english: (text) => text,
};
let translator = english;

/** Sets the language of everything for people (`setLocale` does); null for English. */
export function setTranslator(next: Translator | null): void {
  translator = next ?? english;
}

/** A sentence of the catalogue in the language of this run. */
export const text = <Id extends MessageId>(id: Id, ...params: ParamsArgument<Id>): string =>
  translator.message(message(id, ...params));

/** A thing, and what is to be said about it: "thing: text". */
export const about = (subject: string, note: string): string =>
  text('cli-output.about', { subject, text: note });

/**
 * A text of another process or module with the sentence that it is. One without (a refusal, an engine's own
 * text) is looked up by its English.
 */
export const translate = (text: string, sentence?: MessageReference): string =>
  sentence === undefined ? translator.english(text) : translator.message({ ...sentence, text });

/** A sentence with its English text, or a text that is the same in every language. */
export const translateSentence: Translate = (sentence) => translator.message(sentence);

/** What errors of every origin have for people. */
export type ErrorTexts = Pick<AppError, 'message' | 'reason' | 'hint' | 'sentences'>;

/** An error as a person reads it: "what: why", and on a second line what to do. */
export function errorText(error: AppError): string {
  const { message: what, reason, hint } = translatedError(error);
  return (
    text('cli-output.error', { text: reason === undefined ? what : about(what, reason) }) +
    (hint === undefined ? '' : `\n  ${hint}`)
  );
}

/** An error's texts in the language of this run. */
export function translatedError({ message: what, reason, hint, sentences }: ErrorTexts): {
  readonly message: string;
  readonly reason?: string;
  readonly hint?: string;
} {
  return {
    message: translate(what, sentences?.message),
    ...(reason === undefined ? {} : { reason: translate(reason, sentences?.reason) }),
    ...(hint === undefined ? {} : { hint: translate(hint, sentences?.hint) }),
  };
}
