import {
  plainText,
  withReference,
  type Message,
  type MessageReference,
} from '../../shared/messages/message.ts';
import { translateError as translateErrorWith, type Translate } from '../../shared/messages/translator.ts';
import type { AppError } from '../../shared/result.ts';

type Tell = (english: string) => string;
const asItIs: Tell = (text) => text;
let tell: Tell = asItIs;

let translate: Translate = plainText;

/** Sets how sentences of other processes are translated; null for English. */
export function setTranslator(next: { readonly told: Tell; readonly translate: Translate } | null): void {
  tell = next?.told ?? asItIs;
  translate = next?.translate ?? plainText;
}

/**
 * A sentence of another process in the window's language; the engine's and the system's own words as they
 * are. Components that show one use `useTranslation` too, and so are drawn again when the language changes.
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

/**
 * A sentence that came from main, engine or gateway (all English), in the window's language; as it is where
 * it is not ours. Components that show one use `useTranslation` too, and so are drawn again when the language
 * changes.
 */
export const told = (english: string): string => tell(english);
