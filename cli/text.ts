import type { MessageLanguage } from '../shared/language.ts';
import type { MessageId } from '../shared/messages/catalogue/index.ts';
import {
  message,
  plainText,
  type MessageReference,
  type ParamsArgument,
} from '../shared/messages/message.ts';
import { loadTranslator, type Translate } from '../shared/messages/translator.ts';
import type { AppError } from '../shared/result.ts';
import { claimTitles } from '../shared/verify/claim-titles.ts';
import type { ClaimId } from '../shared/verify/claims.ts';

type TranslateEnglish = (english: string) => string;
const unchanged: TranslateEnglish = (english) => english;

let translateMessage: Translate = plainText;
let translateEnglish: TranslateEnglish = unchanged;
let evidence: TranslateEnglish = unchanged;
let titles: Readonly<Record<ClaimId, string>> = claimTitles;

/** Sets the language of everything for people. Other catalogues than the English one are loaded here. */
export async function setLocale(language: MessageLanguage): Promise<void> {
  const [translator, sentences, claims] = await Promise.all([
    loadTranslator(language),
    language === 'zh-CN' ? import('../shared/messages/zh-CN/index.ts') : undefined,
    language === 'zh-CN' ? import('../shared/messages/zh-CN/claims.ts') : undefined,
  ]);
  translateMessage = translator;
  translateEnglish = sentences?.chinese.part ?? unchanged;
  evidence = sentences?.chinese.evidence ?? unchanged;
  titles = claims?.claimTitles ?? claimTitles;
}

/** A sentence of the catalogue in the language of this run. */
export const text = <Id extends MessageId>(id: Id, ...params: ParamsArgument<Id>): string =>
  translateMessage(message(id, ...params));

/** A thing, and what is to be said about it: "thing: text". */
export const about = (subject: string, note: string): string =>
  text('cli-output.about', { subject, text: note });

/**
 * A text of another process or module with the sentence that it is. One without (a refusal, evidence, an
 * engine's own text) is looked up by its English.
 */
export const translate = (english: string, sentence?: MessageReference): string =>
  sentence === undefined ? translateEnglish(english) : translateMessage({ ...sentence, text: english });

/** A sentence with its English text, or a text that is the same in every language. */
export const translateSentence: Translate = (sentence) => translateMessage(sentence);

/** What probes observed. */
export const translateEvidence = (english: string): string => evidence(english);

/** What a claim states. */
export const claimTitle = (id: ClaimId): string => titles[id];

/** What errors of every origin have for people. */
export type ErrorTexts = Pick<AppError, 'message' | 'reason' | 'hint' | 'sentences'>;

/** An error as a person reads it: "what: why", and on a second line what to do. */
export function errorText(error: AppError): string {
  const { message: what, reason, hint } = translatedError(error);
  return `${text('cli-output.error', { text: reason === undefined ? what : about(what, reason) })}${hint === undefined ? '' : `\n  ${hint}`}`;
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
