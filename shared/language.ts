/** Languages of the messages of engine, gateway and command line. */
export const messageLanguages = ['en', 'zh-CN'] as const;
export type MessageLanguage = (typeof messageLanguages)[number];

/**
 * The language of a tag or locale name (`zh_CN.UTF-8`, `zh-Hans`, `en_GB`); null if there are no messages in
 * it.
 */
export function languageOfTag(tag: string): MessageLanguage | null {
  const name = tag.trim().toLowerCase();
  if (/^zh(?:$|[-_.])/.test(name)) return 'zh-CN';
  return /^(?:en(?:$|[-_.@])|c(?:$|\.)|posix$)/.test(name) ? 'en' : null;
}

/**
 * The language of a POSIX environment: the first of LC_ALL, LC_MESSAGES and LANG that is set determines it;
 * English if there are no messages in it.
 */
export function languageOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): MessageLanguage {
  const locale = [environment['LC_ALL'], environment['LC_MESSAGES'], environment['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return (locale === undefined ? null : languageOfTag(locale)) ?? 'en';
}
