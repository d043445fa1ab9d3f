import type { Command } from 'commander';
import type { OwnedRanges } from '../planner/range-admin.ts';
import { fail, type AppError, type Result } from '../shared/result.ts';
import { message } from '../shared/messages/message.ts';
import { printError, printResult, progress, translate, withJson } from './output.ts';

const releaseHelp = `
Refused while a container or a process is in one of the ranges.
Files with such ids are not looked for: delete what was left outside of containers first.
  find / -xdev -uid +1000013823 -ls`;

interface RangesOptions {
  readonly user?: string;
  readonly json?: boolean;
}

/** `bulkhead ranges list | release`: whose the machine's ranges of host ids are, for all its engines. */
export function registerRanges(program: Command): void {
  const ranges = program
    .command('ranges')
    .description('ranges of ids that containers have on this machine, and whose they are (needs root)');

  withJson(ranges.command('list').description('list whose each range is and whether it is in use'))
    .option('--user <uid>', 'only those of this user id (or of: builds, unnamed, retired)')
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

  withJson(
    ranges.command('release').description('hand all ranges of an account that is gone back to everybody'),
  )
    .addHelpText('after', translate(releaseHelp))
    .requiredOption('--user <uid>', 'whose: a user id (or: builds, unnamed, retired)')
    .action(async (options: RangesOptions) => {
      const { parseOwner, releaseRanges } = await import('../planner/range-admin.ts');
      const text = options.user ?? '';
      const owner = parseOwner(text);
      if (owner === null) {
        printError(notAnOwner(text), options);
        return;
      }
      const released = releaseRanges(owner, { log: progress });
      const result: Result<{ released: number }, AppError> = released.ok
        ? { ok: true, value: { released: released.value } }
        : released;
      printResult(result, { json: options.json, human: (value) => `Ranges handed back: ${value.released}.` });
    });
}

function notAnOwner(text: string): AppError {
  const failed = fail('input.unusable', message('cli.is-not-owner-of-id-ranges', { text }), {
    hint: message('cli.give-user-id-or-builds-unnamed-or'),
  });
  return failed.error;
}

/** One line an owner; of one alone a line each range, too. */
export function describeRanges(found: readonly OwnedRanges[], each: boolean): string {
  if (found.length === 0) return 'There are no ranges.';
  return found
    .flatMap(({ owner, account, ranges }) => {
      const used = ranges.filter(({ usedBy }) => usedBy !== null).length;
      const line = `${String(owner).padEnd(10)}  ${(account ?? '-').padEnd(16)}  ${String(ranges.length).padStart(5)} ranges, ${used} in use`;
      return [
        line,
        ...(each
          ? ranges.map(
              ({ first, last, usedBy }) => `  ${first}-${last}${usedBy === null ? '' : `  ${usedBy}`}`,
            )
          : []),
      ];
    })
    .join('\n');
}
