import type { SettledRecreate } from '../engine/recreate/recreate-interrupted.ts';
import type { Target } from '../engine/target.ts';
import { message } from '../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { printable, printResult, progress } from './output.ts';
import { listText, text, translateSentence } from './text.ts';

/** Finishes or undoes an interrupted recreation before another one, and reports it as progress. */
export async function settleFirst(target: Target): Promise<Result<void, AppError>> {
  const settled = await target.settleRecreate();
  if (!settled.ok) return settled;
  for (const line of settled.value.flatMap(settledLines)) progress(line);
  return ok(undefined);
}

/** `bulkhead containers recreate` without a name: settles an interrupted recreation, and nothing else. */
export async function settleOnly(target: Target, { json }: { readonly json?: boolean }): Promise<void> {
  const settled = process.getuid?.() === 0 ? await target.settleRecreate() : notRoot();
  printResult(settled, {
    json,
    human: (groups) =>
      groups.length === 0
        ? text('cli-output.no-recreation-interrupted')
        : groups.flatMap(settledLines).join('\n'),
  });
}

const settledLines = ({ names, how, problems }: SettledRecreate): string[] => [
  printable(text(`cli-output.recreation-${how}`, { names: listText(names) })),
  ...problems.map((problem) => printable(translateSentence(problem))),
];

const notRoot = (): Result<never, AppError> =>
  fail('rights.not-root', message('cli.settling-needs-root'), {
    reason: message('containers.rollback-needs-root'),
    hint: message('cli.run-as-root'),
  });
