import { isUnprotected, type Container } from '../../../shared/containers/protection.ts';

/** Which containers the list shows, by their protection. */
export const shows = ['all', 'unprotected', 'protected'] as const;
export type Show = (typeof shows)[number];

export const isShow = (value: unknown): value is Show => (shows as readonly unknown[]).includes(value);

export interface FilteredContainers {
  /** In the order of the list. */
  readonly shown: readonly Container[];
  /** How many match the text, by what could be shown of them. */
  readonly count: Readonly<Record<Show, number>>;
}

/**
 * The containers that match all words of `text`, of those the ones to show: unprotected first, then by name.
 */
export function filterContainers(
  containers: readonly Container[],
  text: string,
  show: Show,
): FilteredContainers {
  const query = text.trim().toLowerCase();
  const matching = query === '' ? containers : containers.filter((c) => matches(c, query));
  const isProtected = matching.filter((c) => c.protected);
  const unprotected = matching.filter(isUnprotected);
  const shown = { all: matching, protected: isProtected, unprotected }[show];
  return {
    shown: shown.toSorted(byUrgency),
    count: { all: matching.length, unprotected: unprotected.length, protected: isProtected.length },
  };
}

const names = new Intl.Collator('en', { numeric: true });

/** Unprotected first, then by name; what needs a decision is on top. */
function byUrgency(a: Container, b: Container): number {
  return Number(isUnprotected(b)) - Number(isUnprotected(a)) || names.compare(a.name, b.name);
}

function matches(container: Container, query: string): boolean {
  const text = [
    container.name,
    container.image,
    container.id,
    ...Object.entries(container.labels).map(([key, value]) => `${key}=${value}`),
  ]
    .join('\n')
    .toLowerCase();
  return query.split(/\s+/).every((word) => text.includes(word));
}
