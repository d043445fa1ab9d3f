import type { MessageLanguage } from '../language.ts';
import { createRenderer } from './renderer.ts';
import { plainText, type Message } from './message.ts';

/** Returns a sentence's text in one language; texts that are not in the catalogue are returned unchanged. */
export type Translate = (text: string | Message) => string;

/** English sentences contain their text. */
const translateToEnglish: Translate = plainText;

const loaded = new Map<MessageLanguage, Translate>([['en', translateToEnglish]]);

/** Loads the catalogue of a language, and makes its translator. */
export async function loadTranslator(language: MessageLanguage): Promise<Translate> {
  const known = loaded.get(language);
  if (known !== undefined) return known;
  const { chinese } = await import('./catalogue/zh-CN/index.ts');
  const renderer = createRenderer(language, chinese, (param) => translate(param));
  const translate: Translate = (text) =>
    typeof text === 'string' ? text : (renderer.render(text.id, text.params ?? {}) ?? text.text);
  loaded.set(language, translate);
  return translate;
}

/** For callers that cannot wait: the translator of a language that was loaded before; otherwise English. */
export const loadedTranslator = (language: MessageLanguage): Translate =>
  loaded.get(language) ?? translateToEnglish;
