import type { RecreateMember, RecreateRun } from '../../../shared/containers/recreate.ts';
import { errorMessage } from '../../../shared/messages/error-message.ts';
import { message, type Message } from '../../../shared/messages/message.ts';
import { ok, type AppError } from '../../../shared/result.ts';
import { recreationsAtOnce } from '../../recreate/recreate-journal-paths.ts';
import type { Journal } from '../journal.ts';
import { cleanUpDefect } from './clean-up.ts';
import type { StepContext, StepModule } from './step.ts';

/**
 * Typical duration of recreating up to `recreationsAtOnce` containers, ms: a new one without a health check
 * must also run for a while.
 */
const recreationMs = 12_000;

/**
 * Recreates the chosen containers under ECI, concurrently. Failed recreations are reported in the outcome:
 * the settings are applied and verified all the same. May be repeated after an interruption: containers that
 * are recreated by then count as done.
 */
export const recreate: StepModule = {
  id: 'recreate',
  isDue: ({ recreates }) => recreates,
  estimate: {
    defaultMs: recreationMs,
    withLoad: (_typicalMs, { recreations }) => recreationMs * Math.ceil(recreations / recreationsAtOnce),
  },
  run: async (context) => {
    const recreation = await recreateChosen(context);
    return ok({ detail: recreation?.detail ?? null, recreated: recreation?.recreated ?? [] });
  },
  resultsWithout: (journal, error) => ({ recreated: notRecreated(journal, error) }),
  defectError: cleanUpDefect,
};

/** Outcomes for containers that cannot be recreated because the engine is not available. */
const notRecreated = (journal: Journal, error: AppError): RecreateMember[] =>
  (journal.recreate?.containers ?? []).map(({ id, name }) => ({
    id,
    name,
    step: null,
    outcome: { kind: 'not-begun', error },
  }));

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
    state.detail('recreate', progressMessage(run.members));
    for (const member of run.members) {
      const line = logLine(member);
      if (line === null || logged.has(member.id)) continue;
      logged.add(member.id);
      state.log(line);
    }
  };
  /** The outcome of a recreation that did not finish. */
  const endWith = (members: RecreateMember[]): void => {
    follow({ members, activity: 'ended', cancellable: false });
  };
  let recreated: RecreateMember[];
  try {
    const started = await ports.recreate(chosen, follow);
    if (!started.ok) {
      recreated = notRecreated(journal, started.error);
      endWith(recreated);
      return { detail: message('apply.detail-nothing-recreated'), recreated };
    }
    onRecreation?.(started.value.cancel);
    recreated = [...(await started.value.done).members];
  } catch (cause) {
    recreated = unfinishedMembers(journal, latest, cleanUpDefect(cause));
    endWith(recreated);
  }
  return {
    detail: progressMessage(recreated),
    recreated,
  };
}

const progressMessage = (members: readonly RecreateMember[]): Message =>
  message('apply.detail-recreated', { done: members.filter(isRecreated).length, total: members.length });

/**
 * Members of a recreation that ended with an exception: existing outcomes stay, and the state of the one in
 * progress is unknown.
 */
function unfinishedMembers(journal: Journal, latest: RecreateRun | null, error: AppError): RecreateMember[] {
  const members = latest?.members ?? notRecreated(journal, error);
  return members.map((member): RecreateMember => {
    const { step } = member;
    if (member.outcome !== null) return member;
    if (step === null) return { ...member, outcome: { kind: 'not-begun', error } };
    return { ...member, outcome: { kind: 'rollback-failed', step, error, rollbackError: error } };
  });
}

const isRecreated = ({ outcome }: RecreateMember): boolean =>
  outcome?.kind === 'recreated' || outcome?.kind === 'unchanged';

function logLine(member: RecreateMember): Message | null {
  const { name, outcome } = member;
  if (outcome === null) return null;
  if (!('error' in outcome))
    return outcome.kind === 'unchanged'
      ? message('apply-log.protected-already', { name })
      : message('apply-log.recreated', { name });
  return message('apply-log.not-recreated', { name, why: errorMessage(outcome.error) });
}
