import { useEffect, useState } from 'react';
import type { MessageLanguage } from '../../shared/language.ts';
import { loadTranslator, loadedTranslator, type Translate } from '../../shared/messages/translator.ts';
import type { Result } from '../../shared/result.ts';
import type { EffectiveSettings } from '../../shared/settings/index.ts';

/** The language in which the gateway answers clients under these settings; English if they are no policy. */
export const clientLanguage = ({
  settings,
}: {
  readonly settings: Result<EffectiveSettings>;
}): MessageLanguage => (settings.ok ? settings.value.language : 'en');

/** Translates into a language whatever the window's is; into English until its catalogue is there. */
export function useTranslateIn(language: MessageLanguage): Translate {
  const [translate, setTranslate] = useState<Translate>(() => loadedTranslator(language));
  useEffect(() => {
    let disposed = false;
    void loadTranslator(language).then(
      (loaded) => {
        if (!disposed) setTranslate(() => loaded);
      },
      // It remains English, as the window's own texts do.
      () => undefined,
    );
    return () => {
      disposed = true;
    };
  }, [language]);
  return translate;
}
