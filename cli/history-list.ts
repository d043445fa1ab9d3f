import type { HistoryItem } from '../shared/settings/history.ts';
import { listFormatOf, renderList, type ListDefinition } from './list.ts';
import type { ListFormat, ListOptions } from './list-format.ts';
import { printError, printResult } from './output.ts';
import { withExistingTarget, type RootOptions } from './target.ts';
import { about, listText, text, translatedError } from './text.ts';

/** The fields of `bulkhead settings history`. */
const historyList: ListDefinition<HistoryItem> = {
  fields: {
    Version: {
      head: () => text('cli-list.version'),
      value: ({ version }) => String(version),
      display: ({ version, current }) => `${version}${current ? '*' : ''}`,
    },
    Current: { head: () => text('cli-list.current'), value: ({ current }) => String(current) },
    Time: {
      head: () => text('cli-list.time'),
      value: ({ at }) => at ?? '',
      display: ({ at }) => (at === null ? '' : `${at.slice(0, 19).replace('T', ' ')} UTC`),
    },
    ECI: {
      head: () => text('cli-list.eci'),
      value: ({ eci }) => (eci === null ? '' : eci ? 'on' : 'off'),
      display: ({ eci }) => (eci === null ? '' : text(eci ? 'cli-settings.eci-on' : 'cli-settings.eci-off')),
    },
    Origin: {
      head: () => text('cli-list.origin'),
      value: ({ how }) => how,
      display: (item) => `${originOf(item)}${earlierOf(item)}${changesOf(item)}`,
    },
    User: { head: () => text('cli-list.user'), value: ({ user }) => user },
    Changes: {
      head: () => text('cli-list.changes'),
      value: ({ changes }) => (changes === null ? '' : String(changes)),
    },
  },
  columns: ['Version', 'Time', 'ECI', 'Origin'],
  key: 'Version',
};

/** The applied versions in a format; without a format a table, or that there are none. */
function describeHistory(items: readonly HistoryItem[], format: ListFormat = { kind: 'default' }): string {
  return items.length === 0 && format.kind === 'default'
    ? text('cli-settings.history-empty')
    : renderList(items, historyList, format);
}

/** `bulkhead settings history`: prints the applied versions of a target. */
export async function printHistory(options: RootOptions & ListOptions): Promise<void> {
  const format = listFormatOf(historyList, options);
  if (!format.ok) {
    printError(format.error, options);
    return;
  }
  await withExistingTarget(options, async (target) => {
    if (options.json === true) printResult(await target.settings.history(), { json: true, human: () => '' });
    else
      printResult(await target.settings.historyItems(), {
        json: false,
        human: (items) => describeHistory(items, format.value),
      });
  });
}

/** The origin of a version. */
function originOf({ version, how, user, problem }: HistoryItem): string {
  switch (how) {
    case 'apply':
      return text('cli-settings.how-apply', { user: String(user) });
    case 'none':
      return text(version === 0 ? 'cli-settings.how-none' : 'cli-settings.how-deleted');
    case 'found':
    case 'unrecorded':
      return text(`cli-settings.how-${how}`);
    case 'unreadable': {
      if (problem === null) return about(text('cli-settings.unreadable'), '');
      const { message: what, reason = '' } = translatedError(problem);
      return about(what, reason);
    }
  }
}

/** Which earlier version it returned to. */
const earlierOf = ({ earlierVersion: version }: HistoryItem): string =>
  version === undefined ? '' : text('cli-settings.earlier', { version });

/** Number of settings that changed, and the first of them by pointer. */
function changesOf({ changes, changed }: HistoryItem): string {
  if (changes === null || changes === 0) return '';
  const named = listText(changed.map((change) => change.pointer || text('cli-settings.whole-document')));
  const pointers =
    changes > changed.length
      ? text('cli-settings.and-more', { pointers: named, number: changes - changed.length })
      : named;
  return text('cli-settings.changes', { count: changes, pointers });
}
