import type { Command } from 'commander';
import type { Target } from '../engine/target.ts';
import { ok } from '../shared/result.ts';
import { rootOf } from '../shared/targets/target-id.ts';
import { helpText } from './help.ts';
import { printError, printResult, withJson, withRoot } from './output.ts';
import {
  checkExitCodes,
  checkStateOf,
  describeCheck,
  requireEngineAt,
  type CheckState,
} from './status-check.ts';
import { describeStatus, needsAction, statusReport } from './status.ts';
import { styled } from './style.ts';
import { withTarget, type RootOptions } from './target.ts';
import { text } from './text.ts';

const tones = { ok: 'good', warning: 'warning', critical: 'bad', unknown: 'warning' } as const;

/** The first line in the colour of the state. */
function withColour(status: string, state: CheckState): string {
  const [first = '', ...others] = status.split('\n');
  return [styled(tones[state], first), ...others].join('\n');
}

interface StatusOptions extends RootOptions {
  readonly check?: boolean;
}

/** `bulkhead status`: how the engine is protected. */
export function configureStatus(command: Command): void {
  withJson(withRoot(command))
    .option('--check', helpText('cli-help.status-check'))
    .addHelpText('after', () => text('cli-help.status-check-codes'))
    .action(async (options: StatusOptions) => {
      // Stays so if an engine can't be opened, or if there is none.
      let state: CheckState = 'unknown';
      await withTarget(options, async (target) => {
        state = await printStatus(target, options);
      });
      if (options.check === true) process.exitCode = checkExitCodes[state];
    });
}

/** Prints a target's status, or that there is no engine. The value is the result for monitoring. */
async function printStatus(target: Target, options: StatusOptions): Promise<CheckState> {
  const present = rootOf(target.ref) === null ? ok(undefined) : await requireEngineAt(target.paths);
  // An engine whose directory was removed keeps running without it.
  if (!present.ok && (await target.driver.status()).phase !== 'unreachable') {
    printError(present.error, options);
    return 'unknown';
  }
  const report = await statusReport(target);
  const check = checkStateOf(report);
  printResult(ok(options.check === true ? { ...report, check } : report), {
    json: options.json,
    human: (value) =>
      withColour(options.check === true ? describeCheck(value) : describeStatus(value), check),
    failed: needsAction,
  });
  return check;
}
