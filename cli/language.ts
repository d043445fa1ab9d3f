import { languageOfEnvironment, languageOfTag, type MessageLanguage } from '../shared/language.ts';
import { loadTranslator } from '../shared/messages/translator.ts';
import { setTranslator } from './text.ts';

/** The language of this run: `--lang` before any `--`, else BULKHEAD_LANG, else the locale's. */
export function languageOf(args: readonly string[], environment: NodeJS.ProcessEnv): MessageLanguage {
  const own = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
  const at = own.findIndex((arg) => arg === '--lang' || arg.startsWith('--lang='));
  const given =
    at < 0
      ? environment['BULKHEAD_LANG']
      : own[at] === '--lang'
        ? own[at + 1]
        : own[at]?.slice('--lang='.length);
  return (given === undefined ? null : languageOfTag(given)) ?? languageOfEnvironment(environment);
}

/**
 * Sets the language of all texts for users, and loads its catalogue. Not part of `text.ts`: the gateway's
 * bundle, which prints English only, contains no other catalogue.
 */
export async function setLocale(language: MessageLanguage): Promise<void> {
  if (language === 'en') {
    setTranslator(null);
    return;
  }
  setTranslator(await loadTranslator(language));
}
