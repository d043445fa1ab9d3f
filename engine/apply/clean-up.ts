import type { RemoveOutcome } from '../../shared/containers/protection.ts';
import type { RecreateMember, RecreateRun } from '../../shared/containers/recreate.ts';
import { ok, type AppError } from '../../shared/result.ts';
import type { Journal } from './journal.ts';
import type { Step, StepContext } from './steps.ts';

/**
 * Removes and recreates the chosen containers, in that order. What can't be removed or recreated is told in the outcome: the settings are applied
 * and verified all the same. May be done again after an interruption: what is gone or recreated by then counts as done.
 */
export const cleanUp: Step = async (context) => {
  const removal = await removeChosen(context);
  const recreation = await recreateChosen(context);
  const details = [...(removal === null ? [] : [removal.detail]), ...(recreation === null ? [] : [recreation.detail])];
  return ok({ detail: details.join('; '), removed: removal?.removed ?? [], recreated: recreation?.recreated ?? [] });
};

/** Outcomes of containers with which nothing can be done, for want of an engine. */
export function notCleanedUp(journal: Journal, error: AppError): { removed: RemoveOutcome[]; recreated: RecreateMember[] } {
  return {
    removed: journal.remove.ids.map((id) => ({ id, name: id, removed: false, error: error.message })),
    recreated: (journal.recreate?.containers ?? []).map(({ id, name }) => ({ id, name, step: null, outcome: { kind: 'not-begun', error } })),
  };
}

async function removeChosen({ ports, state, journal }: StepContext): Promise<{ detail: string; removed: RemoveOutcome[] } | null> {
  if (journal.remove.ids.length === 0) return null;
  const asDone = (outcome: RemoveOutcome): RemoveOutcome => {
    const name = journal.remove.names?.[outcome.id] ?? outcome.name;
    // It was there when it was chosen: gone since (by a clean-up that was interrupted, or by somebody else) is what was asked for.
    return outcome.gone === true ? { id: outcome.id, name, removed: true } : outcome;
  };
  const outcomes = await ports.remove(journal.remove, (told, count, total) => {
    const outcome = asDone(told);
    state.detail('clean-up', `${count} of ${total}`);
    state.log(outcome.removed ? `removed ${outcome.name}` : `not removed: ${outcome.name}: ${outcome.error ?? ''}`);
  });
  if (!outcomes.ok) {
    state.log(outcomes.error.message);
    return { detail: 'nothing removed', removed: notCleanedUp(journal, outcomes.error).removed };
  }
  const removed = outcomes.value.map(asDone);
  return { detail: `${removed.filter((outcome) => outcome.removed).length} of ${removed.length} removed`, removed };
}

async function recreateChosen({ ports, state, journal, onRecreation }: StepContext): Promise<{ detail: string; recreated: RecreateMember[] } | null> {
  const chosen = journal.recreate;
  if (chosen === undefined || ports.recreate === undefined) return null;
  const told = new Set<string>();
  const follow = (run: RecreateRun): void => {
    state.recreation(run);
    const current = run.members.find(({ step, outcome }) => step !== null && outcome === null);
    if (current !== undefined) state.detail('clean-up', `recreating ${current.name}`);
    for (const member of run.members) {
      const line = logLine(member);
      if (line === null || told.has(member.id)) continue;
      told.add(member.id);
      state.log(line);
    }
  };
  const started = await ports.recreate(chosen, follow);
  if (!started.ok) {
    const { recreated } = notCleanedUp(journal, started.error);
    follow({ members: recreated, activity: 'ended', cancellable: false });
    return { detail: 'nothing recreated', recreated };
  }
  onRecreation?.(started.value.cancel);
  const { members } = await started.value.done;
  return { detail: `${members.filter(isRecreated).length} of ${members.length} recreated`, recreated: [...members] };
}

const isRecreated = ({ outcome }: RecreateMember): boolean => outcome?.kind === 'recreated' || outcome?.kind === 'unchanged';

function logLine(member: RecreateMember): string | null {
  const { name, outcome } = member;
  if (outcome === null) return null;
  if (!('error' in outcome)) return outcome.kind === 'unchanged' ? `protected already: ${name}` : `recreated ${name}`;
  return `not recreated: ${name}: ${[outcome.error.message, outcome.error.reason].filter(Boolean).join(': ')}`;
}
