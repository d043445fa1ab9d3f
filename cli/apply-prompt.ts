import { sharesToConfirm, type ApplyPlan } from '../shared/apply/plan.ts';
import { blockedIds } from '../shared/containers/recreate-blocked.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { message } from '../shared/messages/message.ts';
import { isYes, openPrompt, type Terminal } from './terminal-prompt.ts';
import { text } from './text.ts';

type PromptedPlan = Pick<ApplyPlan, 'remove' | 'recreate' | 'recreation' | 'effects'>;

/** The question before an apply. */
function confirmation(plan: PromptedPlan): string {
  const remove = text('cli-output.containers', { count: plan.remove.length });
  const blocked = blockedIds(plan.recreation ?? { groups: [] });
  const count = plan.recreate.filter((id) => !blocked.has(id)).length;
  const recreate = text('cli-output.containers', { count });
  if (plan.remove.length > 0)
    return count > 0
      ? text('cli-output.confirm-apply-remove-recreate', { remove, recreate })
      : text('cli-output.confirm-apply-remove', { remove });
  return count > 0
    ? text('cli-output.confirm-apply-recreate', { recreate })
    : text('cli-output.confirm-apply');
}

const notConfirmed = () =>
  fail('apply.not-confirmed', message('cli.nothing-was-applied'), {
    reason: message('cli.not-confirmed'),
  });

/**
 * Prompts on the terminal for consent to the plan; refused without consent, or without a terminal. Resolves
 * with the shares of the whole file system that the user has named: `named` are, and others must be typed.
 */
export async function confirmApply(
  plan: PromptedPlan,
  named: readonly string[],
  terminal?: Terminal,
): Promise<Result<readonly string[], AppError>> {
  const prompt = openPrompt(terminal);
  const shares = sharesToConfirm(plan);
  try {
    for (const path of shares.filter((share) => !named.includes(share))) {
      const typed = await prompt.ask(text('cli-output.confirm-share', { path }));
      if (typed?.trim() !== path) return notConfirmed();
    }
    const answer = await prompt.ask(confirmation(plan));
    return isYes(answer) ? ok(shares) : notConfirmed();
  } finally {
    prompt.close();
  }
}
