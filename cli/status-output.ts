import type { Target } from '../engine/target.ts';
import { ok } from '../shared/result.ts';
import { printResult, type CheckState } from './output.ts';
import { checkStateOf, describeCheck } from './status-check.ts';
import { describeStatus, needsAction, statusReport } from './status.ts';
import { styled } from './style.ts';
import type { RootOptions } from './target.ts';

export interface StatusOptions extends RootOptions {
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
