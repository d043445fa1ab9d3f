import type { RecreateHandle } from '../../../engine/recreate/recreate.ts';
import type { RecreateRun } from '../../../shared/containers/recreate.ts';
import { fail, ok } from '../../../shared/result.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import type { Session } from '../../session/session.ts';
import { beginChange } from '../../session/session-change.ts';
import type { ActiveOperations, HandlerContext } from './context.ts';
import { message } from '../../../shared/messages/message.ts';

type RecreateHandlers = Pick<
  Handlers,
  'recreate:plan' | 'recreate:start' | 'recreate:cancel' | 'recreate:dismiss'
>;

/**
 * Recreating containers under ECI: in this process if it is root's, else in an elevated child. One at a time,
 * never during an apply.
 */
export function recreateHandlers(
  { elevation }: HandlerContext,
  activeOperations: ActiveOperations,
): RecreateHandlers {
  let current: RecreateHandle | undefined;
  return {
    'recreate:plan': (request, { target }) => target.planRecreate(request),
    'recreate:start': (request, session) =>
      beginChange(session, async () => {
        // Its end is shown together with the resulting scan.
        const onEvent = (run: RecreateRun) => {
          if (run.activity !== 'ended') session.state.set({ recreation: structuredClone(run) });
        };
        const starter = session.isRoot ? session.target : elevation;
        const started = await starter.startRecreate(request, onEvent);
        if (!started.ok) return started;
        current = started.value;
        session.state.set({ recreation: structuredClone(started.value.run()) });
        void settleRecreation(session, started.value);
        return ok(structuredClone(started.value.run()));
      }),
    'recreate:cancel': () =>
      ok({ accepted: (current?.cancel() ?? false) || activeOperations.cancelRecreation() }),
    'recreate:dismiss': (_input, session) => {
      const run = session.state.get().recreation;
      if (run !== null && run.activity !== 'ended')
        return fail('apply.in-progress', message('app.recreation-not-dismissible'), {
          hint: message('app.cancel-or-wait'),
        });
      session.state.set({ recreation: null });
      return ok(undefined);
    },
  };
}

/** After a recreation: its end is shown together with the resulting scan, even if that fails. */
export async function settleRecreation(session: Session, handle: RecreateHandle): Promise<void> {
  const lastKnownRun = (): RecreateRun => ({ ...handle.run(), activity: 'ended', cancellable: false });
  const run = await handle.done.catch(lastKnownRun);
  try {
    await Promise.all([session.scan(), session.refreshEngine()]);
  } finally {
    session.state.set({ recreation: structuredClone(run) });
  }
}
