/** Something that the command palette finds. */
export interface SearchableHit {
  readonly label: string;
  readonly detail?: string;
  /** Other words that it is looked for by. */
  readonly keywords?: string;
  /** `page`: comes after what is on it where both are found by other words. */
  readonly kind?: string;
}

/** Finds what is spelt similarly, the most similar first. */
export type FuzzySearch<Hit> = (text: string) => readonly Hit[];

/**
 * Hits whose texts contain every term, by name before by other words, then those that are spelt similarly.
 * `terms` are in lower case. `kindOf`: what kind of thing a hit is, as text. `fuzzy`: null while it is not
 * loaded.
 */
export function searchHits<Hit extends SearchableHit>(
  hits: readonly Hit[],
  terms: readonly string[],
  kindOf: (hit: Hit) => string,
  fuzzy: FuzzySearch<Hit> | null,
): readonly Hit[] {
  const containing = (textOf: (hit: Hit) => string): readonly Hit[] =>
    hits.filter((hit) => {
      const text = textOf(hit).toLowerCase();
      return terms.every((term) => text.includes(term));
    });
  return [
    ...new Set([
      ...containing(({ label }) => label),
      ...containing((hit) =>
        [hit.label, hit.detail ?? '', hit.keywords ?? '', kindOf(hit)].join(' '),
      ).toSorted((a, b) => Number(a.kind === 'page') - Number(b.kind === 'page')),
      ...(fuzzy?.(terms.join(' ')) ?? []),
    ]),
  ];
}
