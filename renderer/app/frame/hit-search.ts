/** A result of the command palette. */
export interface SearchableHit {
  readonly label: string;
  readonly detail?: string;
  /** Additional search terms. */
  readonly keywords?: string;
  /** `page`: listed after the settings of the page if both match by other texts than the name. */
  readonly kind?: string;
}

/** Fuzzy matches, best first. */
export type FuzzySearch<Hit> = (text: string) => readonly Hit[];

/**
 * Hits whose texts contain every term; without any, fuzzy matches, which are mostly misspelled terms. Terms
 * that start a word rank before terms within one ("port" in "Support"), and names before other texts. `terms`
 * are in lower case. `kindOf`: the hit's kind, translated. `fuzzy`: null while it is being loaded.
 */
export function searchHits<Hit extends SearchableHit>(
  hits: readonly Hit[],
  terms: readonly string[],
  kindOf: (hit: Hit) => string,
  fuzzy: FuzzySearch<Hit> | null,
): readonly Hit[] {
  const searched = hits.map((hit) => ({
    hit,
    label: searchText(hit.label),
    all: searchText([hit.label, hit.detail ?? '', hit.keywords ?? '', kindOf(hit)].join(' ')),
  }));
  const found = (text: 'label' | 'all', has: (text: string, term: string) => boolean): readonly Hit[] => {
    const those = searched.filter((one) => terms.every((term) => has(one[text], term))).map(({ hit }) => hit);
    return text === 'label'
      ? those
      : those.toSorted((a, b) => Number(a.kind === 'page') - Number(b.kind === 'page'));
  };
  const contains = (text: string, term: string) => text.includes(term);
  const exact = [
    ...new Set([
      ...found('label', startsWord),
      ...found('all', startsWord),
      ...found('label', contains),
      ...found('all', contains),
    ]),
  ];
  return exact.length > 0 ? exact : (fuzzy?.(terms.join(' ')) ?? []);
}

/** In lower case, names such as containersProxy also as their words. */
function searchText(text: string): string {
  const apart = text.replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2');
  return (apart === text ? text : `${text} ${apart}`).toLowerCase();
}

/** Letters of scripts that separate words; between Chinese characters a word may begin anywhere. */
const wordCharacter = /[\p{Ll}\p{N}]/u;

function startsWord(text: string, term: string): boolean {
  for (let at = text.indexOf(term); at >= 0; at = text.indexOf(term, at + 1))
    if (at === 0 || !wordCharacter.test(text.charAt(at - 1)) || !wordCharacter.test(term.charAt(0)))
      return true;
  return false;
}
