import type { Command } from 'commander';
import type { OwnedRanges } from '../planner/range-admin.ts';
import { fail, type AppError, type Result } from '../shared/result.ts';
import { message } from '../shared/messages/message.ts';
import { printError, printResult, progress, withJson } from './output.ts';
import { text } from './text.ts';
import { helpText } from './help.ts';

interface RangesOptions {
  readonly user?: string;
  readonly json?: boolean;
}

/** `bulkhead ranges list | release`: whose the machine's ranges of host ids are, for all its engines. */
export function configureRanges(ranges: Command): void {
  withJson(ranges.command('list').description(helpText('cli-help.ranges-list')))
    .option('--user <uid>', helpText('cli-help.ranges-list-user'))
    .action(async (options: RangesOptions) => {
      const { listRanges, parseOwner } = await import('../planner/range-admin.ts');
      const owner = options.user === undefined ? null : parseOwner(options.user);
      if (options.user !== undefined && owner === null) {
        printError(notAnOwner(options.user), options);
        return;
      }
      printResult(await listRanges(owner, { log: progress }), {
        json: options.json,
        human: (found) => describeRanges(found, owner !== null),
      });
    });

  withJson(ranges.command('release').description(helpText('cli-help.ranges-release')))
    .addHelpText('after', () =>
      text('cli-help.ranges-release-notes', { example: '  find / -xdev -uid +1000013823 -ls' }),
    )
    .requiredOption('--user <uid>', helpText('cli-help.ranges-release-user'))
    .action(async (options: RangesOptions) => {
      const { parseOwner, releaseRanges } = await import('../planner/range-admin.ts');
      const user = options.user ?? '';
      const owner = parseOwner(user);
      if (owner === null) {
        printError(notAnOwner(user), options);
        return;
      }
      const released = releaseRanges(owner, { log: progress });
      const result: Result<{ released: number }, AppError> = released.ok
        ? { ok: true, value: { released: released.value } }
        : released;
      printResult(result, {
        json: options.json,
        human: (value) => text('cli-output.ranges-released', { number: value.released }),
      });
    });
}

function notAnOwner(owner: string): AppError {
  const failed = fail('input.unusable', message('cli.is-not-owner-of-id-ranges', { text: owner }), {
    hint: message('cli.give-user-id-or-builds-unnamed-or'),
  });
  return failed.error;
}

/** One line an owner; of one alone a line each range, too. */
export function describeRanges(found: readonly OwnedRanges[], each: boolean): string {
  if (found.length === 0) return text('cli-output.no-ranges');
  return found
    .flatMap(({ owner, account, ranges }) => {
      const used = ranges.filter(({ usedBy }) => usedBy !== null).length;
      const sum = text('cli-output.ranges', { number: String(ranges.length).padStart(5), used });
      const line = `${String(owner).padEnd(10)}  ${(account ?? '-').padEnd(16)}  ${sum}`;
      return [
        line,
        ...(each
          ? ranges.map(
              ({ first, last, usedBy }) =>
                `  ${first}-${last}` +
                (usedBy === null ? '' : `  ${text(`cli-output.range-used-by-${usedBy}`)}`),
            )
          : []),
      ];
    })
    .join('\n');
}
