import { useEffect, useState } from 'react';
import type { MessageLanguage } from '../../shared/language.ts';
import { loadTranslator, loadedTranslator, type Translate } from '../../shared/messages/translator.ts';
import type { Result } from '../../shared/result.ts';
import type { EffectiveSettings } from '../../shared/settings/index.ts';

/** The language of the gateway's responses to clients under these settings; English if they are unusable. */
export const clientLanguage = ({
  settings,
}: {
  readonly settings: Result<EffectiveSettings>;
}): MessageLanguage => (settings.ok ? settings.value.language : 'en');

/**
 * Translates into a given language, independently of the window's; into English until its catalogue is
 * loaded.
 */
export function useTranslateIn(language: MessageLanguage): Translate {
  const [translate, setTranslate] = useState<Translate>(() => loadedTranslator(language));
  useEffect(() => {
    let disposed = false;
    void loadTranslator(language).then(
      (loaded) => {
        if (!disposed) setTranslate(() => loaded);
      },
      // It stays English, as the window's own texts do.
      () => undefined,
    );
    return () => {
      disposed = true;
    };
  }, [language]);
  return translate;
}
