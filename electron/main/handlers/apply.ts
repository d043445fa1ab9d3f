import type { ActiveOperations, HandlerContext } from './context.ts';
import type { ApplyHandle } from '../../../engine/apply/apply.ts';
import type { ContainerChoices } from '../../../shared/apply/plan.ts';
import type { ApplyEvent, ApplyRun } from '../../../shared/apply/run.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { Verification } from '../../../shared/verify/claims.ts';
import type { Elevation } from '../../session/elevation.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import type { Session } from '../../session/session.ts';
import { beginChange, refuseDuringApply } from '../../session/session-change.ts';
import { message } from '../../../shared/messages/message.ts';

type ApplyHandlers = Pick<
  Handlers,
  'plan:make' | 'apply:start' | 'apply:cancel' | 'apply:log' | 'apply:dismiss' | 'verify:run'
>;

/**
 * Plan, apply and verify. An apply runs in this process if it is root's, else in an elevated child; the
 * window gets the same events.
 */
export function applyHandlers(
  { elevation }: HandlerContext,
  activeOperations: ActiveOperations,
): ApplyHandlers {
  let current: ApplyHandle | undefined;
  const verifying = new WeakMap<Session, Promise<Result<Verification, AppError>>>();
  return {
    'plan:make': async ({ choices, draft }, session) =>
      session.target.plan(draft ?? (await session.draft.flush()).draft, choices),
    'apply:start': ({ choices, baseHash, draftHash, confirmedShares }, session) =>
      beginChange(session, async () => {
        const reviewed = await session.draft.reviewed(draftHash);
        if (!reviewed.ok) return reviewed;
        const draft = reviewed.value;
        session.applyLog.clear();
        session.state.set({ recreation: null });
        const request = {
          text: draft,
          choices: await dropVanishedContainers(session, draft, choices),
          baseHash,
          confirmedShares,
        };
        const onEvent = applyListener(session);
        const starter = session.isRoot ? session.target : elevation;
        const started = await starter.startApply(request, onEvent);
        if (!started.ok) return started;
        current = started.value;
        activeOperations.cancelRecreation = current.cancelRecreation;
        // A run that ends without an outcome ended in its last known state.
        void started.value.done
          .catch(() => endedRun(started.value.run()))
          .then((run) => settleApply(session, run));
        const run = structuredClone(started.value.run());
        // The run may have advanced meanwhile: never go back to an older state.
        if (session.state.get().run?.id !== run.id) session.state.set({ run });
        return ok(run);
      }),
    'apply:cancel': () => ok({ accepted: current?.cancel() ?? false }),
    'apply:log': (_input, { applyLog }) => ok(applyLog.lines()),
    'apply:dismiss': (_input, session) => {
      if (!refuseDuringApply(session.state.get()).ok)
        return fail('apply.in-progress', message('app.apply-not-dismissible'), {
          hint: message('app.cancel-or-wait'),
        });
      session.state.set({ run: null });
      return ok(undefined);
    },
    'verify:run': async (_input, session) => {
      const free = refuseDuringApply(session.state.get());
      if (!free.ok) return free;
      let running = verifying.get(session);
      if (running === undefined) {
        running = verify(session, elevation).finally(() => {
          verifying.delete(session);
        });
        verifying.set(session, running);
      }
      return running;
    },
  };
}

async function verify(session: Session, elevation: Elevation): Promise<Result<Verification, AppError>> {
  session.state.set({ busy: { ...session.state.get().busy, verifying: true } });
  try {
    const result =
      session.isRoot || !session.target.capabilities.verifyNeedsRoot
        ? await session.target.verify()
        : await elevation.verify();
    if (result.ok) session.state.set({ verification: result.value });
    return result;
  } finally {
    session.state.set({ busy: { ...session.state.get().busy, verifying: false } });
  }
}

/**
 * The choices that are still valid: a container may have disappeared since it was chosen, and the command
 * line refuses unknown names.
 */
async function dropVanishedContainers(
  session: Session,
  draft: string,
  choices: ContainerChoices,
): Promise<ContainerChoices> {
  if (session.isRoot || choices.remove.length + (choices.recreate?.length ?? 0) === 0) return choices;
  const plan = await session.target.plan(draft, choices);
  return plan.ok ? { ...choices, remove: plan.value.remove, recreate: plan.value.recreate } : choices;
}

/**
 * Adds the events of a run to the state, except its end: `settleApply` shows that together with its results.
 * Events may share one object that changes: they are copied.
 */
export function applyListener(session: Session): (event: ApplyEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'log':
        session.log(event.line);
        return;
      case 'recreation':
        if (event.recreation.activity !== 'ended')
          session.state.set({ recreation: structuredClone(event.recreation) });
        return;
      case 'run':
        if (event.run.activity !== 'ended') session.state.set({ run: structuredClone(event.run) });
    }
  };
}

/** A run whose process ended without reporting an outcome. */
const endedRun = (run: ApplyRun): ApplyRun => ({ ...run, activity: 'ended', cancellable: false });

/**
 * After a run, whatever its outcome: everything it may have changed is read again. The run counts as ended
 * even if that fails.
 */
export async function settleApply(session: Session, run: ApplyRun): Promise<void> {
  try {
    await showEndOfRun(session, run);
    // The file now keeps its content: a draft with the same text is no draft any more.
    await session.draft.refresh();
  } finally {
    // Containers may have changed whatever could not be read.
    await session.scan().finally(() => {
      showEndOfRecreation(session, run);
    });
  }
}

async function showEndOfRun(session: Session, run: ApplyRun): Promise<void> {
  const verification = await session.target.lastVerification().catch(() => null);
  try {
    await Promise.all([session.draft.refresh(), session.refreshEngine()]);
  } finally {
    session.state.set({ run: structuredClone(run), verification });
  }
}

/** The end of a recreation is shown together with the resulting list. */
function showEndOfRecreation(session: Session, run: ApplyRun): void {
  const recreated = run.outcome?.kind === 'applied' ? run.outcome.recreated : [];
  const { recreation } = session.state.get();
  if (recreated.length > 0) {
    const members = structuredClone(recreated);
    session.state.set({ recreation: { members, activity: 'ended', cancellable: false } });
  } else if (recreation !== null && recreation.activity !== 'ended') {
    session.state.set({ recreation: null });
  }
}
