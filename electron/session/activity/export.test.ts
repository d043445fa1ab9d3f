import { expect, it } from 'vitest';
import { activityEntrySchema, type ActivityEntry } from '../../../shared/audit/activity.ts';
import { entriesOf, exportText } from './export.ts';
import { line } from './feed-fixture.ts';

const stored: readonly ActivityEntry[] = [1, 2, 3, 4, 5].map((seq) =>
  activityEntrySchema.parse({ ...(JSON.parse(line(`/${seq}`)) as object), seq, user: 'sam' }),
);
/** Two entries per page, so that there are several. */
const feed = {
  page: (before: number | null) => {
    const older = stored.filter(({ seq }) => before === null || seq < before);
    return { entries: older.slice(-2), more: older.length > 2 };
  },
};

it('exports the requested entries of all pages, oldest first, one JSON document per line', () => {
  const entries = entriesOf(feed, new Set([5, 1, 3]));
  expect(entries.map(({ seq }) => seq)).toEqual([1, 3, 5]);
  const lines = exportText(entries)
    .trimEnd()
    .split('\n')
    .map((text) => JSON.parse(text) as object);
  expect(lines.map((document) => Object.entries(document))).toEqual(
    entries.map(({ seq: _seq, ...entry }) => Object.entries(entry)),
  );
});
it('leaves out entries that are no longer kept', () => {
  expect(entriesOf(feed, new Set([-5]))).toEqual([]);
  expect(exportText([])).toBe('');
});
