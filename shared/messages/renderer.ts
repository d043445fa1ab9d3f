import { createInstance } from 'i18next';
import type { Message, MessageParam } from './localized-text.ts';

/** Sentences by their ids, with `{{name}}` for values. */
export type Sentences = Readonly<Record<string, string>>;

/** Sentences of one language, rendered by i18next. */
export interface MessageRenderer {
  /** The sentence with its values; null for an id that is not in the catalogue. */
  render(id: string, params: Readonly<Record<string, MessageParam>>): string | null;
}

/** Makes the renderer of a language. `renderParam` returns the text of a value that is itself a sentence. */
export function createRenderer(
  language: string,
  sentences: Sentences,
  renderParam: (param: Message) => string,
): MessageRenderer {
  const i18n = createInstance({
    lng: language,
    resources: { [language]: { translation: sentences } },
    // Ids contain dots, and values may contain anything.
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false, skipOnVariables: true },
    initAsync: false,
  });
  void i18n.init();
  // The window restricts the keys of all instances to its own texts; this one has the catalogue.
  const t = i18n.t as unknown as (id: string, options: object) => string;
  return {
    render(id, params) {
      const { count } = params;
      const plural = typeof count === 'number' ? { count } : {};
      if (!i18n.exists(id, plural)) return null;
      const replace = Object.fromEntries(
        Object.entries(params).map(([name, value]) => [
          name,
          typeof value === 'object' ? renderParam(value) : value,
        ]),
      );
      return t(id, { replace, nest: false, ...plural });
    },
  };
}
