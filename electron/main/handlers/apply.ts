import type { ActiveOperations } from './context.ts';
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
import type { HandlerContext } from './context.ts';

type ApplyHandlers = Pick<
  Handlers,
  'plan:make' | 'apply:start' | 'apply:cancel' | 'apply:log' | 'apply:dismiss' | 'verify:run'
>;

/**
 * Plan, apply and verify. An apply runs in this process if it is root's, else in an elevated child; the
 * window gets the same events.
 */
export function applyHandlers({ elevation }: HandlerContext, underWay: ActiveOperations): ApplyHandlers {
  let current: ApplyHandle | undefined;
  const verifying = new WeakMap<Session, Promise<Result<Verification, AppError>>>();
  return {
    'plan:make': async ({ choices }, s) => {
      const { draft } = await s.draft.flush();
      return s.target.plan(draft, choices);
    },
    'apply:start': ({ choices, baseHash, draftHash }, s) =>
      beginChange(s, async () => {
        const reviewed = await s.draft.reviewed(draftHash);
        if (!reviewed.ok) return reviewed;
        const draft = reviewed.value;
        s.applyLog.clear();
        s.state.set({ recreation: null });
        const request = { text: draft, choices: await choicesLeft(s, draft, choices), baseHash };
        const onEvent = applyListener(s);
        const starter = s.isRoot ? s.target : elevation;
        const started = await starter.startApply(request, onEvent);
        if (!started.ok) return started;
        current = started.value;
        underWay.cancelRecreation = current.cancelRecreation;
        // A run that ends without an outcome ended in its last known state.
        void started.value.done.catch(() => endedRun(started.value.run())).then((run) => settleApply(s, run));
        const run = structuredClone(started.value.run());
        // The run may have advanced meanwhile: never go back to an older state.
        if (s.state.get().run?.id !== run.id) s.state.set({ run });
        return ok(run);
      }),
    'apply:cancel': () => ok({ accepted: current?.cancel() ?? false }),
    'apply:log': (_input, { applyLog }) => ok(applyLog.lines()),
    'apply:dismiss': (_input, s) => {
      if (!refuseDuringApply(s.state.get()).ok)
        return fail('apply.in-progress', message('app.run-under-way-cannot-be-dismissed'), {
          hint: message('app.cancel-it-or-wait-until-it-has'),
        });
      s.state.set({ run: null });
      return ok(undefined);
    },
    'verify:run': async (_input, s) => {
      const free = refuseDuringApply(s.state.get());
      if (!free.ok) return free;
      let running = verifying.get(s);
      if (running === undefined) {
        running = verify(s, elevation).finally(() => {
          verifying.delete(s);
        });
        verifying.set(s, running);
      }
      return running;
    },
  };
}

async function verify(s: Session, elevation: Elevation): Promise<Result<Verification, AppError>> {
  s.state.set({ busy: { ...s.state.get().busy, verifying: true } });
  try {
    const result =
      s.isRoot || !s.target.capabilities.verifyNeedsRoot ? await s.target.verify() : await elevation.verify();
    if (result.ok) s.state.set({ verification: result.value });
    return result;
  } finally {
    s.state.set({ busy: { ...s.state.get().busy, verifying: false } });
  }
}

/**
 * The choices that are still valid: a container may have disappeared since it was chosen, and the command
 * line refuses unknown names.
 */
async function choicesLeft(
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
