import { createInstance, type i18n } from 'i18next';
import { engineOptions, engineOptionsName } from './engine-options.ts';
import type { Message, MessageParam } from './localized-text.ts';

/** Sentences by their ids, with `{{name}}` for values. Ids of plural forms end in `_one`, `_other`. */
export type Sentences = Readonly<Record<string, string>>;

/** The sentences of one language by their areas: an area is the part of an id before the first dot. */
export type SentencesByArea = Readonly<Record<string, () => Sentences>>;

/** Sentences of one language with their values. */
export interface MessageRenderer {
  /**
   * The sentence with its values. Null for an id that is not in the catalogue, and if a value is missing:
   * references that other versions stored may have other values.
   */
  render(id: string, params: Readonly<Record<string, MessageParam>>): string | null;
}

/**
 * Makes the renderer of a language: i18next inserts values and selects plurals. `renderParam` returns the
 * text of a value that is itself a sentence.
 */
export function createRenderer(
  language: string,
  areas: SentencesByArea,
  renderParam: (param: Message) => string,
): MessageRenderer {
  let i18next: i18n | undefined;
  let lacksValue = false;
  const addedAreas = new Set<string>();
  /** Adds an area to i18next, which is loaded with the first one: that takes a third of Node's own start. */
  const withArea = (area: string, sentences: Sentences): i18n => {
    const instance = (i18next ??= createI18next(language, () => {
      lacksValue = true;
      return '';
    }));
    if (!addedAreas.has(area)) instance.addResourceBundle(language, namespace, sentences);
    addedAreas.add(area);
    return instance;
  };
  return {
    render(id, params) {
      const area = id.slice(0, id.indexOf('.'));
      // Ids may be those of another process: not of members that every object has.
      const sentences = Object.hasOwn(areas, area) ? areas[area]?.() : undefined;
      if (sentences === undefined) return null;
      const sentence = Object.hasOwn(sentences, id) ? sentences[id] : undefined;
      const { count } = params;
      if (sentence !== undefined && typeof count !== 'number') {
        const [first = '', ...others] = sentence.split(onEngine);
        if (![first, ...others].some((part) => part.includes('{{')))
          return [first, ...others].join(engineOptions());
      }
      const plural = typeof count === 'number' ? { count } : {};
      const instance = withArea(area, sentences);
      if (!instance.exists(id, plural)) return null;
      const forms = ['', '_one', '_other'].flatMap((form) => sentences[`${id}${form}`] ?? []);
      const replace = Object.fromEntries(
        Object.entries({ ...params, [engineOptionsName]: engineOptions() }).map(([name, value]) => [
          name,
          typeof value === 'object' ? inSentence(renderParam(value), name, forms) : value,
        ]),
      );
      // The window restricts the keys of all instances to its own texts; this one has the catalogue.
      const t = instance.t as unknown as (id: string, options: object) => string;
      lacksValue = false;
      const rendered = t(id, { replace, nest: false, ...plural });
      return lacksValue ? null : rendered;
    },
  };
}

/**
 * A sentence as a value of another one: where a mark follows it in every form, it has no full stop of its
 * own.
 */
function inSentence(text: string, name: string, forms: readonly string[]): string {
  if (!/[.\u3002]$/.test(text) || text.endsWith('..')) return text;
  const isFollowedByMark = forms.every((form) =>
    form
      .split(`{{${name}}}`)
      .slice(1)
      .every((rest) => /^[:;,.)\uff1a\uff1b\uff0c\u3002\uff09]/.test(rest)),
  );
  return isFollowedByMark ? text.slice(0, -1) : text;
}

const namespace = 'translation';
const onEngine = `{{${engineOptionsName}}}`;

function createI18next(language: string, missingInterpolationHandler: () => string): i18n {
  const instance = createInstance({
    lng: language,
    resources: { [language]: { [namespace]: {} } },
    // Ids contain dots, and values may contain anything.
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false, skipOnVariables: true },
    initAsync: false,
    missingInterpolationHandler,
  });
  void instance.init();
  return instance;
}
