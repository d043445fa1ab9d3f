import type { TFunction } from 'i18next';
import type { ActivityEntry } from '../../../shared/audit/activity.ts';
import { entrySubject } from '../../components/entry-subject.ts';
import type { ColumnSort } from '../../components/sortable-head.tsx';
import { entryTitle } from './entry-text.ts';
import type { Repeats } from './repeats.ts';

export type SortKey = 'time' | 'outcome' | 'request';
/** The order of the list; `outcome` ascending: denied first. */
export type Sort = ColumnSort<SortKey>;
export const newestFirst: Sort = { by: 'time', descending: true };

export const isNewestFirst = ({ by, descending }: Sort): boolean => by === 'time' && descending;

/** The order after a click on a column's header: by that column, then reversed, then newest first. */
export function nextSort(before: Sort, by: SortKey): Sort {
  if (by === 'time') return { by, descending: !isNewestFirst(before) };
  if (before.by !== by) return { by, descending: false };
  return before.descending ? newestFirst : { by, descending: true };
}

const outcomeOrder: Readonly<Record<ActivityEntry['outcome'], number>> = {
  deny: 0,
  'would-deny': 1,
  rewrite: 2,
  allow: 3,
};

/** Sorts lines that are newest first; lines that are equal in the column stay newest first. */
export function sortLines(t: TFunction, lines: readonly Repeats[], sort: Sort): readonly Repeats[] {
  const direction = sort.descending ? -1 : 1;
  switch (sort.by) {
    case 'time':
      return sort.descending ? lines : lines.toReversed();
    case 'outcome':
      return lines.toSorted(
        (a, b) => direction * (outcomeOrder[a.entry.outcome] - outcomeOrder[b.entry.outcome]),
      );
    case 'request': {
      const collator = new Intl.Collator(undefined, { numeric: true });
      const texts = new Map(
        lines.map((line) => [line, `${entryTitle(t, line.entry)} ${entrySubject(line.entry) ?? ''}`]),
      );
      return lines.toSorted((a, b) => direction * collator.compare(texts.get(a) ?? '', texts.get(b) ?? ''));
    }
  }
}
