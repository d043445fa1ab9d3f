import Fuse from 'fuse.js/basic';
import type { FuzzySearch, SearchableHit } from './hit-search.ts';

/** Makes the search by similar spelling; a module of its own, which the window's first page does not need. */
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
