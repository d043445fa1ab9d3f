import type { Message, MessageParam } from './localized-text.ts';

/** Sentences by their ids, with `{{name}}` where values go in; plural ones as `<id>_one` and `<id>_other`. */
export type Sentences = Readonly<Record<string, string>>;

/** Sentences of one language with their values. */
export interface MessageRenderer {
  /** The sentence with its values; null for an id that the catalogue does not have. */
  render(id: string, params: Readonly<Record<string, MessageParam>>): string | null;
}

/**
 * Makes the renderer of a language from its areas. `renderParam` gives the text of a value that is itself a
 * sentence. What stands in a value is never rendered again.
 */
export function createRenderer(
  language: string,
  areas: readonly Sentences[],
  renderParam: (param: Message) => string,
): MessageRenderer {
  const sentenceOf = (id: string): string | undefined =>
    areas.find((sentences) => Object.hasOwn(sentences, id))?.[id];
  let plurals: Intl.PluralRules | undefined;
  const pluralOf = (id: string, count: number): string | undefined => {
    plurals ??= new Intl.PluralRules(language);
    return sentenceOf(`${id}_${plurals.select(count)}`);
  };
  return {
    render(id, params) {
      const { count } = params;
      const sentence = (typeof count === 'number' ? pluralOf(id, count) : undefined) ?? sentenceOf(id);
      if (sentence === undefined) return null;
      return sentence.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
        const param = Object.hasOwn(params, name) ? params[name] : undefined;
        if (param === undefined) return '';
        return typeof param === 'object' ? renderParam(param) : String(param);
      });
    },
  };
}
