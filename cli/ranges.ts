import type { Command } from 'commander';
import type { OwnedRange, OwnedRanges } from '../planner/ranges/range-admin.ts';
import { fail, type AppError, type Result } from '../shared/result.ts';
import { message, type Message } from '../shared/messages/message.ts';
import { printError, printResult, progress, withJson } from './output.ts';
import { text, translateSentence } from './text.ts';
import { helpText } from './help.ts';
import { listFormatOf, renderList, type ListDefinition } from './list.ts';
import { withListFormat } from './list-options.ts';
import type { ListFormat, ListOptions } from './list-format.ts';

type OwnerRow = Pick<OwnedRanges, 'owner' | 'account'>;

interface RangesOptions extends ListOptions {
  readonly user?: string;
  readonly json?: boolean;
}

/** `bulkhead ranges list | release`: the owners of the machine's ranges of host ids, for all its engines. */
export function configureRanges(ranges: Command): void {
  const list = ranges.command('list').alias('ls').description(helpText('cli-help.ranges-list'));
  withListFormat(withJson(list), String.raw`{{.Owner}}\t{{.Account}}`)
    .option('--user <user>', helpText('cli-help.ranges-list-user'))
    .action(async (options: RangesOptions) => {
      const { findOwner, listRanges } = await import('../planner/ranges/range-admin.ts');
      const owner = options.user === undefined ? null : await findOwner(options.user);
      if (options.user !== undefined && owner === null) {
        printError(notAnOwner(options.user), options);
        return;
      }
      const each = owner !== null;
      const format = each ? listFormatOf(rangeList, options) : listFormatOf(ownerList, options);
      if (!format.ok) {
        printError(format.error, options);
        return;
      }
      printResult(await listRanges(owner, { log: printLine }), {
        json: options.json,
        human: (found) => describeRanges(found, each, format.value),
      });
    });

  withJson(ranges.command('release').description(helpText('cli-help.ranges-release')))
    .addHelpText('after', () =>
      text('cli-help.ranges-release-notes', { example: '  find / -xdev -uid +1000013823 -ls' }),
    )
    .requiredOption('--user <user>', helpText('cli-help.ranges-release-user'))
    .action(async (options: RangesOptions) => {
      const { findOwner, releaseRanges } = await import('../planner/ranges/range-admin.ts');
      const user = options.user ?? '';
      const owner = await findOwner(user);
      if (owner === null) {
        printError(notAnOwner(user), options);
        return;
      }
      const released = releaseRanges(owner, { log: printLine });
      const result: Result<{ released: number }, AppError> = released.ok
        ? { ok: true, value: { released: released.value } }
        : released;
      printResult(result, {
        json: options.json,
        human: (value) => text('cli-output.ranges-released', { number: value.released }),
      });
    });
}

function printLine(line: string | Message): void {
  progress(translateSentence(line));
}

function notAnOwner(owner: string): AppError {
  const failed = fail('input.unusable', message('cli.user-missing', { text: owner }), {
    hint: message('cli.give-range-owner'),
  });
  return failed.error;
}

const ownerFields = {
  Owner: { head: () => text('cli-list.owner'), value: ({ owner }: OwnerRow) => String(owner) },
  Account: {
    head: () => text('cli-list.account'),
    value: ({ account }: OwnerRow) => account ?? '',
    display: ({ account }: OwnerRow) => account ?? '-',
  },
};

/** The list of `bulkhead ranges list`: one owner per line. */
const ownerList: ListDefinition<OwnedRanges> = {
  fields: {
    ...ownerFields,
    Ranges: { head: () => text('cli-list.ranges'), value: ({ ranges }) => String(ranges.length) },
    InUse: {
      head: () => text('cli-list.in-use'),
      value: ({ ranges }) => String(ranges.filter(({ usedBy }) => usedBy !== null).length),
    },
  },
  columns: ['Owner', 'Account', 'Ranges', 'InUse'],
  key: 'Owner',
};

/** The list of one owner: one range per line. */
const rangeList: ListDefinition<OwnerRow & OwnedRange> = {
  fields: {
    ...ownerFields,
    Range: { head: () => text('cli-list.range'), value: ({ first, last }) => `${first}-${last}` },
    UsedBy: {
      head: () => text('cli-list.used-by'),
      value: ({ usedBy }) => usedBy ?? '',
      display: ({ usedBy }) => (usedBy === null ? '-' : text(`cli-output.range-used-by-${usedBy}`)),
    },
  },
  columns: ['Owner', 'Account', 'Range', 'UsedBy'],
  key: 'Range',
};

/** The owners in a format, or if `each` is set their ranges. */
export function describeRanges(found: readonly OwnedRanges[], each: boolean, format: ListFormat): string {
  if (found.length === 0 && format.kind === 'default') return text('cli-output.no-ranges');
  return each
    ? renderList(
        found.flatMap(({ ranges, ...owned }) => ranges.map((range) => ({ ...owned, ...range }))),
        rangeList,
        format,
      )
    : renderList(found, ownerList, format);
}
