import type { RemovalRun } from '../../../shared/containers/removal.ts';
import type { RemoveRequest } from '../../../shared/containers/protection.ts';
import { fail, ok } from '../../../shared/result.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import { message } from '../../../shared/messages/message.ts';
import type { Session } from '../../session/session.ts';
import { refuseDuringApply } from '../../session/session-change.ts';

type ContainerHandlers = Pick<
  Handlers,
  | 'containers:scan'
  | 'containers:remove'
  | 'containers:cancel-removal'
  | 'containers:dismiss-removal'
  | 'containers:acknowledge'
  | 'images:list'
>;

/** Interval of progress events during a removal, ms. */
const progressIntervalMs = 100;

/** The containers of the engine: scan, removal (one at a time, never during an apply), acknowledgement. */
export function containerHandlers(): ContainerHandlers {
  let stop: AbortController | undefined;
  return {
    'containers:scan': (_input, session) => session.scan(),
    'containers:remove': (request, session) => {
      const free = refuseDuringApply(session.state.get());
      if (!free.ok) return free;
      stop = new AbortController();
      const run: RemovalRun = {
        activity: 'removing',
        total: request.ids.length,
        done: 0,
        removed: 0,
        outcomes: [],
        error: null,
        includeRunning: request.includeRunning,
        removeVolumes: request.removeVolumes,
      };
      session.state.set({ removal: run });
      void removeWithProgress(session, request, run, stop.signal);
      return ok(run);
    },
    'containers:cancel-removal': (_input, session) => {
      const { removal } = session.state.get();
      if (removal?.activity !== 'removing') return ok({ accepted: false });
      stop?.abort();
      session.state.set({ removal: { ...removal, activity: 'cancelling' } });
      return ok({ accepted: true });
    },
    'containers:dismiss-removal': (_input, session) => {
      const { removal } = session.state.get();
      if (removal !== null && removal.activity !== 'ended')
        return fail('apply.in-progress', message('app.removal-not-dismissible'), {
          hint: message('app.cancel-or-wait'),
        });
      session.state.set({ removal: null });
      return ok(undefined);
    },
    'containers:acknowledge': (_input, session) => {
      session.acknowledge();
      return ok(undefined);
    },
    'images:list': (_input, { target }) => target.images(),
  };
}

async function removeWithProgress(
  session: Session,
  request: RemoveRequest,
  start: RemovalRun,
  signal: AbortSignal,
): Promise<void> {
  // Containers that were never acknowledged have no state of their own yet.
  const names = new Map(session.state.get().scan?.containers.map(({ id, name }) => [id, name]));
  let run = start;
  let reportedAt = 0;
  const result = await session.target
    .remove(request, {
      signal,
      onProgress: (outcome) => {
        const named =
          outcome.name === outcome.id ? { ...outcome, name: names.get(outcome.id) ?? outcome.name } : outcome;
        run = {
          ...run,
          done: run.done + 1,
          removed: run.removed + (outcome.removed ? 1 : 0),
          outcomes: outcome.error === undefined ? run.outcomes : [...run.outcomes, named],
        };
        if (Date.now() - reportedAt < progressIntervalMs) return;
        reportedAt = Date.now();
        session.state.set({ removal: { ...run, activity: signal.aborted ? 'cancelling' : 'removing' } });
      },
    })
    .catch((error: unknown) => fail('internal', message('app.removal-failed'), { cause: error }));
  // The end is shown together with the resulting list.
  try {
    await session.scan();
  } finally {
    session.state.set({ removal: { ...run, activity: 'ended', error: result.ok ? null : result.error } });
  }
}
