import type { RemoveOutcome } from '../../../shared/containers/protection.ts';
import { errorMessage, failureMessage } from '../../../shared/messages/error-message.ts';
import { message, sentenceOf, withReference, type Message } from '../../../shared/messages/message.ts';
import { fail, ok, type AppError } from '../../../shared/result.ts';
import type { Journal } from '../journal.ts';
import type { StepContext, StepModule } from './step.ts';

/** Typical duration of removing up to `removalsAtOnce` containers, ms. */
const removalMs = 1000;
const removalsAtOnce = 4;
/**
 * Removes the chosen containers, before others are recreated: resources they occupied are free then. Failed
 * removals are reported in the outcome: the settings are applied and verified all the same. May be repeated
 * after an interruption: containers that are gone by then count as done.
 */
export const cleanUp: StepModule = {
  id: 'clean-up',
  isDue: ({ removes }) => removes,
  estimate: {
    defaultMs: removalMs,
    withLoad: (_typicalMs, { removals }) => removalMs * Math.ceil(removals / removalsAtOnce),
  },
  run: async (context) => {
    const removal = await removeChosen(context);
    return ok({ detail: removal?.detail ?? null, removed: removal?.removed ?? [] });
  },
  resultsWithout: (journal, error) => ({ removed: notRemoved(journal, error) }),
  defectError: cleanUpDefect,
};

/** Outcomes for containers that cannot be removed because the engine is not available. */
const notRemoved = (journal: Journal, error: AppError): RemoveOutcome[] =>
  journal.remove.ids.map((id) => ({
    id,
    name: journal.remove.names?.[id] ?? id,
    removed: false,
    error: error.message,
    ...sentenceOf(failureMessage(error)),
  }));

/** An exception in the clean-up, as one of its outcomes: verified settings stay in force in any case. */
export function cleanUpDefect(cause: unknown): AppError {
  return fail('internal', message('apply.clean-up-defect'), {
    cause,
    hint: message('apply.check-containers'),
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
    // It existed when it was chosen: if it is gone (by an interrupted clean-up, or by another client), the
    // request is fulfilled.
    return outcome.gone === true ? { id: outcome.id, name, removed: true } : outcome;
  };
  const soFar: RemoveOutcome[] = [];
  const follow = (reported: RemoveOutcome, count: number, total: number): void => {
    const outcome = asDone(reported);
    soFar.push(outcome);
    state.detail('clean-up', message('apply.detail-removal-progress', { done: count, total }));
    state.log(logLine(outcome));
  };
  let removed: RemoveOutcome[];
  try {
    const outcomes = await ports.remove(journal.remove, follow);
    if (!outcomes.ok) {
      state.log(failureMessage(outcomes.error));
      return {
        detail: message('apply.detail-nothing-removed'),
        removed: notRemoved(journal, outcomes.error),
      };
    }
    removed = outcomes.value.map(asDone);
  } catch (cause) {
    const error = cleanUpDefect(cause);
    state.log(errorMessage(error));
    removed = notRemoved(journal, error).map(
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

const logLine = ({ name, removed, error = '', sentence }: RemoveOutcome): Message =>
  removed
    ? message('apply-log.removed', { name })
    : message('apply-log.not-removed', { name, why: withReference(error, sentence) });
