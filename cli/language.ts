import { languageOfEnvironment, languageOfTag, type MessageLanguage } from '../shared/language.ts';

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
