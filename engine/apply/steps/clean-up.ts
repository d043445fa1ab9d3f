import type { RemoveOutcome } from '../../../shared/containers/protection.ts';
import type { RecreateMember, RecreateRun } from '../../../shared/containers/recreate.ts';
import { failureMessage } from '../../../shared/messages/error-message.ts';
import { message, sentenceOf, type Message } from '../../../shared/messages/message.ts';
import { fail, ok, type AppError } from '../../../shared/result.ts';
import type { Journal } from '../journal.ts';
import type { StepContext, StepModule } from './step.ts';
import { joinMessages } from '../../../shared/messages/join-messages.ts';

/** What removing up to `removalsAtOnce` containers takes, ms. */
const removalMs = 1000;
const removalsAtOnce = 4;
/**
 * What recreating one container takes, ms: a new one without a health check must run for a while to count as
 * well.
 */
const recreationMs = 12_000;

/**
 * Removes and recreates the chosen containers, in that order. What can't be removed or recreated is reported
 * in the outcome: the settings are applied and verified all the same. May be done again after an
 * interruption: what is gone or recreated by then counts as done.
 */
export const cleanUp: StepModule = {
  id: 'clean-up',
  isDue: ({ containersChosen }) => containersChosen,
  estimate: {
    defaultMs: removalMs,
    withLoad: (_typicalMs, { removals, recreations }) =>
      removalMs * Math.ceil(removals / removalsAtOnce) + recreationMs * recreations,
  },
  run: async (context) => {
    const removal = await removeChosen(context);
    const recreation = await recreateChosen(context);
    return ok({
      detail: cleanUpDetail(removal?.detail, recreation?.detail),
      removed: removal?.removed ?? [],
      recreated: recreation?.recreated ?? [],
    });
  },
  resultsWithout: notCleanedUp,
  defectError: cleanUpDefect,
};

function cleanUpDetail(removed: Message | undefined, recreated: Message | undefined): Message | null {
  if (removed === undefined || recreated === undefined) return removed ?? recreated ?? null;
  return joinMessages('statements', [removed, recreated]);
}

/** Outcomes of containers with which nothing can be done, for want of an engine. */
function notCleanedUp(
  journal: Journal,
  error: AppError,
): { removed: RemoveOutcome[]; recreated: RecreateMember[] } {
  return {
    removed: journal.remove.ids.map((id) => ({
      id,
      name: journal.remove.names?.[id] ?? id,
      removed: false,
      error: error.message,
      ...sentenceOf(failureMessage(error)),
    })),
    recreated: (journal.recreate?.containers ?? []).map(({ id, name }) => ({
      id,
      name,
      step: null,
      outcome: { kind: 'not-begun', error },
    })),
  };
}

/**
 * A defect in the clean-up, as one of its outcomes: what is verified stays in force whatever happens
 * here.
 */
function cleanUpDefect(cause: unknown): AppError {
  return fail('internal', message('apply.clean-up-after-applying-hit-defect'), {
    cause,
    hint: message('apply.look-at-list-of-containers'),
  }).error;
}

interface Removal {
  readonly detail: Message;
  readonly removed: RemoveOutcome[];
}

async function removeChosen({ ports, state, journal }: StepContext): Promise<Removal | null> {
  if (journal.remove.ids.length === 0) return null;
  const asDone = (outcome: RemoveOutcome): RemoveOutcome => {
    const name = journal.remove.names?.[outcome.id] ?? outcome.name;
    // It was there when it was chosen: gone since (by a clean-up that was interrupted, or by somebody else)
    // is what was requested.
    return outcome.gone === true ? { id: outcome.id, name, removed: true } : outcome;
  };
  const soFar: RemoveOutcome[] = [];
  const follow = (reported: RemoveOutcome, count: number, total: number): void => {
    const outcome = asDone(reported);
    soFar.push(outcome);
    state.detail('clean-up', message('apply.detail-removal-progress', { done: count, total }));
    state.log(
      outcome.removed ? `removed ${outcome.name}` : `not removed: ${outcome.name}: ${outcome.error ?? ''}`,
    );
  };
  let removed: RemoveOutcome[];
  try {
    const outcomes = await ports.remove(journal.remove, follow);
    if (!outcomes.ok) {
      state.log(outcomes.error.message);
      return {
        detail: message('apply.detail-nothing-removed'),
        removed: notCleanedUp(journal, outcomes.error).removed,
      };
    }
    removed = outcomes.value.map(asDone);
  } catch (cause) {
    const error = cleanUpDefect(cause);
    state.log(describeOutcome(error));
    removed = notCleanedUp(journal, error).removed.map(
      (missing) => soFar.find(({ id }) => id === missing.id) ?? missing,
    );
  }
  return {
    detail: message('apply.detail-removed', {
      done: removed.filter((outcome) => outcome.removed).length,
      total: removed.length,
    }),
    removed,
  };
}

interface Recreation {
  readonly detail: Message;
  readonly recreated: RecreateMember[];
}

async function recreateChosen({
  ports,
  state,
  journal,
  onRecreation,
}: StepContext): Promise<Recreation | null> {
  const chosen = journal.recreate;
  if (chosen === undefined || ports.recreate === undefined) return null;
  const logged = new Set<string>();
  let latest: RecreateRun | null = null;
  const follow = (run: RecreateRun): void => {
    latest = run;
    state.recreation(run);
    const current = run.members.find(({ step, outcome }) => step !== null && outcome === null);
    if (current !== undefined)
      state.detail('clean-up', message('apply.detail-recreating', { name: current.name }));
    for (const member of run.members) {
      const line = logLine(member);
      if (line === null || logged.has(member.id)) continue;
      logged.add(member.id);
      state.log(line);
    }
  };
  /** The end of a recreation that did not get to its own. */
  const endWith = (members: RecreateMember[]): void => {
    follow({ members, activity: 'ended', cancellable: false });
  };
  let recreated: RecreateMember[];
  try {
    const started = await ports.recreate(chosen, follow);
    if (!started.ok) {
      recreated = notCleanedUp(journal, started.error).recreated;
      endWith(recreated);
      return { detail: message('apply.detail-nothing-recreated'), recreated };
    }
    onRecreation?.(started.value.cancel);
    recreated = [...(await started.value.done).members];
  } catch (cause) {
    recreated = cutShort(journal, latest, cleanUpDefect(cause));
    endWith(recreated);
  }
  return {
    detail: message('apply.detail-recreated', {
      done: recreated.filter(isRecreated).length,
      total: recreated.length,
    }),
    recreated,
  };
}

/**
 * Members of a recreation that a defect ended: outcomes stay, and nobody knows how far the one under way
 * came.
 */
function cutShort(journal: Journal, latest: RecreateRun | null, error: AppError): RecreateMember[] {
  const members = latest?.members ?? notCleanedUp(journal, error).recreated;
  return members.map((member): RecreateMember => {
    const { step } = member;
    if (member.outcome !== null) return member;
    if (step === null) return { ...member, outcome: { kind: 'not-begun', error } };
    return { ...member, outcome: { kind: 'rollback-failed', step, error, rollbackError: error } };
  });
}

const describeOutcome = ({ message, reason }: AppError): string =>
  [message, reason].filter(Boolean).join(': ');

const isRecreated = ({ outcome }: RecreateMember): boolean =>
  outcome?.kind === 'recreated' || outcome?.kind === 'unchanged';

function logLine(member: RecreateMember): string | null {
  const { name, outcome } = member;
  if (outcome === null) return null;
  if (!('error' in outcome))
    return outcome.kind === 'unchanged' ? `protected already: ${name}` : `recreated ${name}`;
  return `not recreated: ${name}: ${describeOutcome(outcome.error)}`;
}
