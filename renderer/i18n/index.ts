import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { en } from './en.ts';

/** Every language's words have this shape; `en` is the source. */
export type Words = typeof en;
export const languages = ['en', 'zh-CN'] as const;
export type Language = (typeof languages)[number];

declare module 'i18next' {
  interface CustomTypeOptions { resources: { translation: Words }; returnNull: false }
}

/** Words bundled so far, by language. A language joins by a line here and one in `available`. */
const resources: Partial<Record<Language, { translation: Words }>> = { en: { translation: en } };
export const availableLanguages: readonly Language[] = languages.filter((language) => resources[language] !== undefined);

/** The language to show for a preference; unknown system languages get English. */
export function resolveLanguage(preference: 'system' | Language, system: readonly string[]): Language {
  const wanted = preference === 'system' ? (system.some((tag, index) => index === 0 && tag.toLowerCase().startsWith('zh')) ? 'zh-CN' : 'en') : preference;
  return availableLanguages.includes(wanted) ? wanted : 'en';
}

/** Starts i18next, bundled words only; safe to call more than once. */
export function startI18n(): i18n {
  if (!i18next.isInitialized) {
    void i18next.use(initReactI18next).init({
      resources, lng: resolveLanguage('system', navigator.languages), fallbackLng: 'en',
      interpolation: { escapeValue: false }, returnNull: false, initAsync: false,
      react: { useSuspense: false, transKeepBasicHtmlNodesFor: [] },
    });
  }
  return i18next;
}
