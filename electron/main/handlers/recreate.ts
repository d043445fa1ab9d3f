import type { RecreateHandle } from '../../../engine/target.ts';
import { fail, ok } from '../../../shared/result.ts';
import type { Handlers } from '../ipc/answer.ts';
import { beginChange, type Session } from '../session.ts';
import type { UnderWay } from './apply.ts';
import type { HandlerContext } from './index.ts';

type Area = Pick<Handlers, 'recreate:plan' | 'recreate:start' | 'recreate:cancel' | 'recreate:dismiss'>;

/** Recreating containers under ECI: in this process when it is root's, else in an elevated child. One at a time, never during an apply. */
export function recreateHandlers({ session, elevation }: HandlerContext, underWay: UnderWay): Area {
  let current: RecreateHandle | undefined;
  return {
    'recreate:plan': async (request) => (await session).target.planRecreate(request),
    'recreate:start': async (request) => {
      const s = await session;
      return beginChange(s, async () => {
        // Its end is shown with the scan it led to.
        const onEvent = (run: ReturnType<RecreateHandle['run']>) => { if (run.activity !== 'ended') s.state.set({ recreation: structuredClone(run) }); };
        const started = s.isRoot ? await s.target.startRecreate(request, onEvent) : await elevation.startRecreate(request, onEvent);
        if (!started.ok) return started;
        current = started.value;
        s.state.set({ recreation: structuredClone(started.value.run()) });
        void settleRecreation(s, started.value);
        return ok(structuredClone(started.value.run()));
      });
    },
    'recreate:cancel': () => ok({ accepted: (current?.cancel() ?? false) || underWay.cancelRecreation() }),
    'recreate:dismiss': async () => {
      const s = await session;
      const run = s.state.get().recreation;
      if (run !== null && run.activity !== 'ended') return fail('apply.in-progress', 'a recreation under way cannot be dismissed', { hint: 'Cancel it, or wait until it has ended.' });
      s.state.set({ recreation: null });
      return ok(undefined);
    },
  };
}

/** After a recreation: its end is shown with the scan it led to, and also where that fails. */
export async function settleRecreation(session: Session, handle: RecreateHandle): Promise<void> {
  const run = await handle.done.catch(() => ({ ...handle.run(), activity: 'ended' as const, cancellable: false }));
  try {
    await Promise.all([session.scan(), session.refreshEngine()]);
  } finally {
    session.state.set({ recreation: structuredClone(run) });
  }
}
