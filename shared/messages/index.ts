import { rules } from './catalogue/en/rules.ts';
import type { MessageLanguage } from '../language.ts';
import { messages, type Messages } from '../translate/translate.ts';
import { chinese } from './zh-CN/index.ts';

export { languageOfEnvironment, languageOfTag, messageLanguages, type MessageLanguage } from '../language.ts';
export type { Messages } from '../translate/translate.ts';

const english = messages({}, { english: rules, translation: rules }, {});

/** All that is said in a language. English sentences are their own translation. */
export const messagesIn = (language: MessageLanguage): Messages => (language === 'zh-CN' ? chinese : english);
