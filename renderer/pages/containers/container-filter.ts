import { countByProtection, isUnprotected, type Container } from '../../../shared/containers/protection.ts';
import type { ColumnSort } from '../../components/sortable-head.tsx';

/** Filters of the list by protection. */
export const protectionFilters = ['all', 'unprotected', 'protected', 'replaced'] as const;
export type ProtectionFilter = (typeof protectionFilters)[number];

export const isProtectionFilter = (value: unknown): value is ProtectionFilter =>
  (protectionFilters as readonly unknown[]).includes(value);

export interface FilteredContainers {
  /** In the order of the list. */
  readonly shown: readonly Container[];
  /** How many match the text, for each filter. */
  readonly count: Readonly<Record<ProtectionFilter, number>>;
}

/** Sort order of the list; `urgency`: unprotected first, then by name. */
export type SortKey = 'urgency' | 'name' | 'state' | 'protection' | 'reason';
export type Sort = ColumnSort<SortKey>;
export const byUrgencyFirst: Sort = { by: 'urgency', descending: false };

/** The sort order after a click on a column's header: by that column, then reversed, then the default. */
export const nextSort = (before: Sort, by: SortKey): Sort =>
  before.by !== by
    ? { by, descending: false }
    : before.descending
      ? byUrgencyFirst
      : { by, descending: true };

/** The containers that match the filter and all terms of `text`, sorted. */
export function filterContainers(
  containers: readonly Container[],
  text: string,
  show: ProtectionFilter,
  sort: Sort = byUrgencyFirst,
): FilteredContainers {
  const query = text.trim().toLowerCase();
  const matching = query === '' ? containers : containers.filter((c) => matches(c, query));
  const isProtected = matching.filter((c) => c.protected);
  const unprotected = matching.filter(isUnprotected);
  const replaced = matching.filter(({ reason }) => reason === 'replaced');
  const shown = { all: matching, protected: isProtected, unprotected, replaced }[show];
  return {
    shown: sorted(shown, sort),
    count: { all: matching.length, ...countByProtection(matching) },
  };
}

const names = new Intl.Collator('en', { numeric: true });

/** Unprotected first, then by name; those that need a decision are on top. */
function byUrgency(a: Container, b: Container): number {
  return Number(isUnprotected(b)) - Number(isUnprotected(a)) || names.compare(a.name, b.name);
}

const sortValue: Readonly<Record<Exclude<SortKey, 'urgency'>, (container: Container) => string>> = {
  name: ({ name }) => name,
  state: ({ state }) => state,
  protection: (container) => (container.protected ? 'b' : isUnprotected(container) ? 'a' : 'c'),
  reason: ({ reason }) => reason,
};

function sorted(containers: readonly Container[], { by, descending }: Sort): readonly Container[] {
  if (by === 'urgency') return containers.toSorted(byUrgency);
  const value = sortValue[by];
  const direction = descending ? -1 : 1;
  return containers.toSorted(
    (a, b) => direction * names.compare(value(a), value(b)) || names.compare(a.name, b.name),
  );
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
