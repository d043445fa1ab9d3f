import Fuse from 'fuse.js/basic';
import type { FuzzySearch, SearchableHit } from './hit-search.ts';

/** Creates the fuzzy search. A module of its own, since the window's first page does not need it. */
export function createFuzzySearch<Hit extends SearchableHit>(hits: readonly Hit[]): FuzzySearch<Hit> {
  const fuse = new Fuse(hits, {
    keys: [
      { name: 'label', weight: 2 },
      { name: 'keywords', weight: 1 },
    ],
    threshold: 0.35,
    minMatchCharLength: 3,
    ignoreLocation: true,
  });
  return (text) => fuse.search(text).map(({ item }) => item);
}
