import type { Target } from '../engine/target.ts';
import { ok } from '../shared/result.ts';
import type { ListOptions } from './list-format.ts';
import { printError, printResult, type CheckState } from './output.ts';
import { checkStateOf, describeCheck } from './status-check.ts';
import { describeStatus, needsAction, statusReport } from './status.ts';
import { styled } from './style.ts';
import type { RootOptions } from './target.ts';

export interface StatusOptions extends RootOptions, ListOptions {
  readonly check?: boolean;
}

const tones = { ok: 'good', warning: 'warning', critical: 'bad', unknown: 'warning' } as const;

/** The first line in the colour of the state. */
function withColour(status: string, state: CheckState): string {
  const [first = '', ...others] = status.split('\n');
  return [styled(tones[state], first), ...others].join('\n');
}

/** Prints the status of an open engine; the value is the result for monitoring. */
export async function printStatusOf(target: Target, options: StatusOptions): Promise<CheckState> {
  // Loaded only where it is requested: most calls are those of monitoring.
  const formatted =
    options.format === undefined && options.quiet !== true
      ? ok(null)
      : (await import('./status-record.ts')).statusFormatter(options);
  if (!formatted.ok) {
    printError(formatted.error, options);
    return 'unknown';
  }
  const report = await statusReport(target);
  const check = checkStateOf(report);
  printResult(ok(options.check === true ? { ...report, check } : report), {
    json: options.json,
    human: (value) =>
      formatted.value?.(value) ??
      withColour(options.check === true ? describeCheck(value) : describeStatus(value), check),
    failed: needsAction,
  });
  return check;
}
