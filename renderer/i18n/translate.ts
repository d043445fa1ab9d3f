import {
  plainText,
  withReference,
  type Message,
  type MessageReference,
} from '../../shared/messages/message.ts';
import { translateError as translateErrorWith } from '../../shared/messages/error-message.ts';
import type { Translate } from '../../shared/messages/translator.ts';
import type { AppError } from '../../shared/result.ts';

let translate: Translate = plainText;

/** Sets the function that translates sentences of the catalogue; null for English. */
export function setTranslator(next: Translate | null): void {
  translate = next ?? plainText;
}

/**
 * A text of another process in the window's language, by its sentence; without one, unchanged (a text of the
 * engine or the system). Components that show one use `useTranslation`, too, and so re-render when the
 * language changes.
 */
export const translateText = (text: string, reference?: MessageReference): string =>
  translate(withReference(text, reference));

/** The same for a sentence that carries its English text. */
export const translateMessage = (message: Message): string => translate(message);

/** The same for what failed, and for what to do if the error has a hint. */
export const messageAndHint = (error: AppError): readonly string[] => {
  const { message, hint } = translateError(error);
  return hint === undefined ? [message] : [message, hint];
};

/** The reason of a failure; what failed, if the error has no reason. */
export const reasonOrMessage = (error: AppError): string => {
  const { message, reason } = translateError(error);
  return reason ?? message;
};

/** The same for the texts of an error. */
export const translateError = (error: AppError): ReturnType<typeof translateErrorWith> =>
  translateErrorWith(error, translate);
