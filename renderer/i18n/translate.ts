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

/** Sets how sentences of the catalogue are translated; null for English. */
export function setTranslator(next: Translate | null): void {
  translate = next ?? plainText;
}

/**
 * A text of another process in the window's language, by the sentence it is; without one, as it is (the text
 * of an engine or the system). Components that show one use `useTranslation` too, and so are drawn again when
 * the language changes.
 */
export const translateText = (text: string, reference?: MessageReference): string =>
  translate(withReference(text, reference));

/** A sentence that carries its English text, likewise. */
export const translateMessage = (message: Message): string => translate(message);

/** What failed, and what to do where the error says so, likewise. */
export const messageAndHint = (error: AppError): readonly string[] => {
  const { message, hint } = translateError(error);
  return hint === undefined ? [message] : [message, hint];
};

/** Why it failed; what failed, where the error does not say why. */
export const reasonOrMessage = (error: AppError): string => {
  const { message, reason } = translateError(error);
  return reason ?? message;
};

/** The texts of an error, likewise. */
export const translateError = (error: AppError): ReturnType<typeof translateErrorWith> =>
  translateErrorWith(error, translate);
