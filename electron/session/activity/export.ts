import { activityPageSize, type ActivityEntry } from '../../../shared/audit/activity.ts';
import type { ActivityFeed } from './feed.ts';

/** The kept entries with these `seq`s, oldest first. */
export function entriesOf(
  feed: Pick<ActivityFeed, 'page'>,
  requested: ReadonlySet<number>,
): readonly ActivityEntry[] {
  const pages: (readonly ActivityEntry[])[] = [];
  for (let before: number | null = null; ;) {
    const { entries, more }: ReturnType<ActivityFeed['page']> = feed.page(before, activityPageSize);
    pages.unshift(entries.filter(({ seq }) => requested.has(seq)));
    const oldest = entries[0];
    if (!more || oldest === undefined) return pages.flat();
    before = oldest.seq;
  }
}

/** Entries as JSON lines, as in the decision log, without the fields that only the window uses. */
export const exportText = (entries: readonly ActivityEntry[]): string =>
  entries.map(({ seq: _seq, ...entry }) => `${JSON.stringify(entry)}\n`).join('');
