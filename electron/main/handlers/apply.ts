import type { ApplyHandle } from '../../../engine/target.ts';
import type { ApplyEvent } from '../../../shared/apply/run.ts';
import { isRunning } from '../../../shared/containers/protection.ts';
import type { RecreateRequest } from '../../../shared/containers/recreate.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { Handlers } from '../ipc/register.ts';
import { refuseDuringApply, type Session } from '../session.ts';
import type { HandlerContext } from './index.ts';

type Area = Pick<Handlers, 'plan:make' | 'apply:start' | 'apply:cancel' | 'apply:log' | 'apply:dismiss' | 'verify:run'>;

/** Plan, apply and verify. An apply runs in this process when it is root's, else in an elevated child; the window sees the same events. */
export function applyHandlers({ session, elevation }: HandlerContext, recreateNow: (request: RecreateRequest) => Promise<Result<unknown, AppError>>): Area {
  let current: ApplyHandle | undefined;
  let starting = false;
  let verifying: ReturnType<Area['verify:run']> | undefined;
  return {
    'plan:make': async ({ choices }) => {
      const s = await session;
      const { draft } = await s.draft.flush();
      return s.target.plan(draft, choices);
    },
    'apply:start': async ({ choices, baseHash }) => {
      const s = await session;
      const free = refuseDuringApply(s.state.get());
      if (!free.ok) return free;
      if (starting) return fail('apply.in-progress', 'an apply is being started');
      if (s.state.get().busy.engine !== null) return fail('apply.in-progress', `the engine is ${s.state.get().busy.engine ?? 'busy'}`, { hint: 'Wait until that has ended.' });
      starting = true;
      try {
        const { draft } = await s.draft.flush();
        s.applyLog.clear();
        const request = { text: draft, choices, baseHash };
        const onEvent = applyListener(s);
        const started = s.isRoot ? await s.target.startApply(request, onEvent) : await elevation.startApply(request, onEvent);
        if (!started.ok) return started;
        current = started.value;
        // Which of them run is known now; the restart stops them.
        const wanted = choices.recreate ?? [];
        const ran = s.state.get().scan?.containers.filter((c) => wanted.includes(c.id) && isRunning(c)).map(({ id }) => id) ?? [];
        void started.value.done.then(async (run) => {
          await settleApply(s, run);
          // As chosen before: what is there still and not protected yet. A choice that can't be kept is told like any recreation.
          const left = run.outcome?.kind === 'applied' ? s.state.get().scan?.containers.filter((c) => wanted.includes(c.id) && !c.protected) ?? [] : [];
          if (left.length === 0) return;
          const ids = left.map(({ id }) => id);
          const begun = await recreateNow({ ids, commit: [], old: 'remove-when-healthy', withoutWayBack: false, start: ran.filter((id) => ids.includes(id)) });
          // Nobody waits for this answer: it is shown as a recreation in which nothing began.
          if (!begun.ok) s.state.set({ recreation: { activity: 'ended', cancellable: false, members: left.map(({ id, name }) => ({ id, name, step: null, outcome: { kind: 'not-begun', error: begun.error } })) } });
        });
        const run = structuredClone(started.value.run());
        // The run may have moved on while we got here: never go back to an older one.
        if (s.state.get().run?.id !== run.id) s.state.set({ run });
        return ok(run);
      } finally { starting = false; }
    },
    'apply:cancel': () => ok({ accepted: current?.cancel() ?? false }),
    'apply:log': async () => ok((await session).applyLog.lines()),
    'apply:dismiss': async () => {
      const s = await session;
      if (!refuseDuringApply(s.state.get()).ok) return fail('apply.in-progress', 'a run under way cannot be dismissed', { hint: 'Cancel it, or wait until it has ended.' });
      s.state.set({ run: null });
      return ok(undefined);
    },
    'verify:run': async () => {
      const s = await session;
      const free = refuseDuringApply(s.state.get());
      if (!free.ok) return free;
      verifying ??= (async () => {
        s.state.set({ busy: { ...s.state.get().busy, verifying: true } });
        try {
          const result = await s.target.verify();
          if (result.ok) s.state.set({ verification: result.value });
          return result;
        } finally {
          verifying = undefined;
          s.state.set({ busy: { ...s.state.get().busy, verifying: false } });
        }
      })();
      return verifying;
    },
  };
}

/** Takes the events of a run into the state, its end aside: `settleApply` shows that with what it led to. Events may share one object that changes: they are copied. */
export function applyListener(session: Session): (event: ApplyEvent) => void {
  return (event) => {
    if (event.type === 'log') session.log(event.line);
    else if (event.run.activity !== 'ended') session.state.set({ run: structuredClone(event.run) });
  };
}

/** After a run, whatever its outcome: everything it may have changed is read again. */
export async function settleApply(session: Session, run: Awaited<ApplyHandle['done']>): Promise<void> {
  const verification = await session.target.lastVerification().catch(() => null);
  await Promise.all([session.draft.refresh(), session.refreshEngine()]);
  session.state.set({ run: structuredClone(run), verification });
  await session.scan();
}
