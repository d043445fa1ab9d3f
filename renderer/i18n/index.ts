import { useEffect, useMemo, useState } from 'react';
import i18next, { type TFunction, type i18n } from 'i18next';
import { initReactI18next, useTranslation } from 'react-i18next';
import { firstTexts } from '../../shared/messages/window/en/first.ts';
import type { en } from '../../shared/messages/window/en/index.ts';
import { loadOtherSentences } from '../../shared/messages/window/sentences.ts';
import { loadTranslator, type Translate } from '../../shared/messages/translator.ts';
import { numberFormat } from './number-format.ts';
import { setTranslator } from './translate.ts';
import type { Translation } from '../../shared/messages/window/translation.ts';

/** English is the source of all texts; every other language has this shape. */
export type WindowTexts = typeof en;
export const languages = ['en', 'zh-CN'] as const;
export type Language = (typeof languages)[number];
export const availableLanguages: readonly Language[] = languages;

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: WindowTexts };
    returnNull: false;
  }
}

interface Chunk {
  readonly texts: () => Promise<Translation<WindowTexts>>;
  readonly translate: () => Promise<Translate>;
}

/**
 * Languages in chunks of their own, loaded when they are first shown. English is present on every page, as
 * the fallback for a chunk that fails to load.
 */
const chunks: { readonly [L in Exclude<Language, 'en'>]: Chunk } = {
  'zh-CN': {
    texts: async () => (await import('../../shared/messages/window/zh-CN/index.ts')).zhCN,
    translate: () => loadTranslator('zh-CN'),
  },
};

/** Loads the window's texts in a language if needed. */
async function readTexts(language: Language): Promise<void> {
  if (language === 'en' || i18next.hasResourceBundle(language, 'translation')) return;
  i18next.addResourceBundle(language, 'translation', await chunks[language].texts());
}

/** The language to show for a preference; unknown system languages get English. */
export function resolveLanguage(preference: 'system' | Language, system: readonly string[]): Language {
  if (preference !== 'system') return preference;
  return system[0]?.toLowerCase().startsWith('zh') === true ? 'zh-CN' : 'en';
}

/** Starts i18next in English, with the texts of the first page; safe to call more than once. */
export function startI18n(): i18n {
  if (!i18next.isInitialized) {
    void i18next
      .use(initReactI18next)
      .use(numberFormat)
      .init({
        resources: { en: { translation: firstTexts } },
        lng: 'en',
        fallbackLng: 'en',
        interpolation: { escapeValue: false, alwaysFormat: true },
        returnNull: false,
        initAsync: false,
        react: { useSuspense: false, transKeepBasicHtmlNodesFor: [] },
      });
  }
  return i18next;
}

/** Loads the English texts and sentences that the frame and the first page do not show. */
export async function loadOtherTexts(): Promise<void> {
  const [{ otherTexts }] = await Promise.all([
    import('../../shared/messages/window/en/others.ts'),
    loadOtherSentences(),
  ]);
  i18next.addResourceBundle('en', 'translation', otherTexts);
}

let requested: Language = 'en';

/**
 * Loads the language's texts if needed, and shows it: texts, formats and the document's `lang`. Of two calls
 * at once, the later one wins.
 */
export async function showLanguage(language: Language): Promise<void> {
  requested = language;
  const [translate] = await Promise.all([
    language === 'en' ? null : chunks[language].translate(),
    readTexts(language),
  ]);
  if (requested !== language) return;
  setTranslator(translate);
  // Before the texts change: what is rendered with them declares their language.
  document.documentElement.lang = language;
  // Setting the current language again would re-render every text.
  if (i18next.language !== language) await i18next.changeLanguage(language);
}

/**
 * Shows the language of a preference, also when it changes; the system's while the preference is not known
 * (`null`). False until the preferred one is loaded, so that no page is rendered in another language first.
 */
export function useLanguage(preference: 'system' | Language | null): boolean {
  const known = preference !== null;
  const wanted = resolveLanguage(preference ?? 'system', navigator.languages);
  // True at once if nothing has to be loaded: a change after the first render would re-render everything.
  const [ready, setReady] = useState(() => known && i18next.language === wanted);
  useEffect(() => {
    let superseded = false;
    showLanguage(wanted)
      .catch((error: unknown) => {
        console.error(error);
      })
      .finally(() => {
        if (!superseded && known) setReady(true);
      });
    return () => {
      superseded = true;
    };
  }, [wanted, known]);
  return known && (ready || i18next.language === wanted);
}

/**
 * The window's texts in the language that it does not show, to search them, too; null while they are loaded.
 */
export function useOtherLanguage(): TFunction | null {
  const { i18n } = useTranslation();
  const other: Language = i18n.language === 'en' ? 'zh-CN' : 'en';
  const [read, setRead] = useState<Language | null>(null);
  useEffect(() => {
    let current = true;
    readTexts(other).then(
      () => {
        if (current) setRead(other);
      },
      (error: unknown) => {
        console.error(error);
      },
    );
    return () => {
      current = false;
    };
  }, [other]);
  return useMemo(() => (read === other ? i18n.getFixedT(other) : null), [i18n, read, other]);
}
