import type { EngineStatus } from '../../../shared/engine-status/status.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { Handlers } from '../ipc/handle-request.ts';
import type { Session } from '../../session/session.ts';
import type { IpcOutput } from '../../../shared/ipc/contract.ts';
import { refuseDuringApply } from '../../session/session-change.ts';
import { message } from '../../../shared/messages/message.ts';
import type { HandlerContext } from './context.ts';

type EngineHandlers = Pick<
  Handlers,
  'engine:start' | 'engine:stop' | 'engine:restart' | 'engine:docker-context' | 'engine:log'
>;
type Action = 'start' | 'stop' | 'restart';
const busyState = { start: 'starting', stop: 'stopping', restart: 'restarting' } as const;

/** Starting and stopping the engine: one action at a time, never during an apply. */
export function engineHandlers({ elevation }: HandlerContext): EngineHandlers {
  const act = async (action: Action, session: Session): Promise<Result<EngineStatus, AppError>> => {
    const free = refuseDuringApply(session.state.get());
    if (!free.ok) return free;
    const busy = session.state.get().busy.engine;
    if (busy !== null)
      return fail('engine.request-failed', message('app.engine-busy', { busy }), {
        hint: message('app.wait-for-engine'),
      });
    session.state.set({ busy: { ...session.state.get().busy, engine: busyState[action] } });
    try {
      // An engine controlled by its user needs no elevation, unless an apply was interrupted: then the
      // command line settles that first.
      const ours =
        !session.target.capabilities.controlNeedsRoot &&
        (action === 'stop' || session.state.get().target.product?.interrupted !== true);
      const result =
        session.isRoot || ours
          ? await session.target.driver[action]({
              onLog: (line) => {
                session.log(line);
              },
            })
          : await elevation.engine(action, () => session.target.driver.status());
      if (result.ok) session.state.set({ engine: result.value });
      return result;
    } finally {
      session.state.set({ busy: { ...session.state.get().busy, engine: null } });
      void session.refreshEngine();
    }
  };
  return {
    'engine:start': (_input, session) => act('start', session),
    'engine:stop': (_input, session) => act('stop', session),
    'engine:restart': (_input, session) => act('restart', session),
    'engine:docker-context': (_input, { target }) =>
      target.capabilities.clientsNeedDockerHost
        ? dockerContext(target.paths.root)
        : Promise.resolve(ok(null)),
    'engine:log': async ({ lines }, { target }) => ok(await target.driver.log(lines)),
  };
}

/** A configuration of docker that cannot be read has no context to name. */
async function dockerContext(root: string): Promise<Result<IpcOutput<'engine:docker-context'>, AppError>> {
  const { dockerConfigDirectory, findContext } = await import('../../../engine/base/docker-context.ts');
  try {
    return ok(findContext(dockerConfigDirectory(), root));
  } catch {
    return ok(null);
  }
}
