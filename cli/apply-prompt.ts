import { createInterface } from 'node:readline/promises';
import { sharesToConfirm, type ApplyPlan } from '../shared/apply/plan.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { message } from '../shared/messages/message.ts';
import { text } from './text.ts';

/** The question before an apply. */
function confirmation(plan: ApplyPlan): string {
  const remove = text('cli-output.containers', { count: plan.remove.length });
  const recreate = text('cli-output.containers', { count: plan.recreate.length });
  if (plan.remove.length > 0)
    return plan.recreate.length > 0
      ? text('cli-output.confirm-apply-remove-recreate', { remove, recreate })
      : text('cli-output.confirm-apply-remove', { remove });
  return plan.recreate.length > 0
    ? text('cli-output.confirm-apply-recreate', { recreate })
    : text('cli-output.confirm-apply');
}

const notConfirmed = () =>
  fail('apply.not-confirmed', message('cli.nothing-was-applied'), {
    reason: message('cli.it-was-not-confirmed'),
  });

/** Prompts on the terminal for consent to the plan; refused without consent, or without a terminal. */
export async function confirmApply(plan: ApplyPlan): Promise<Result<void, AppError>> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  try {
    for (const path of sharesToConfirm(plan))
      if ((await prompt.question(text('cli-output.confirm-share', { path }))).trim() !== path)
        return notConfirmed();
    const answer = await prompt.question(confirmation(plan));
    return /^y(es)?$/i.test(answer.trim()) ? ok(undefined) : notConfirmed();
  } finally {
    prompt.close();
  }
}
