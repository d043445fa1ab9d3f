import { AsyncLocalStorage } from 'node:async_hooks';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { targetOptions } from '../../shared/targets/target-arguments.ts';
import { targetId, type TargetRef } from '../../shared/targets/target-id.ts';
import { scopeEngineOptions, setEngineOptions } from '../../shared/messages/engine-options.ts';
import { message } from '../../shared/messages/message.ts';
import type { Session } from './session.ts';
import { refuseDuringApply } from './session-change.ts';

/** The open engine, and switching to another one. Awaiting it resolves with the session that is open then. */
export interface Sessions extends PromiseLike<Session> {
  /**
   * Opens `ref` and closes the session that was open before. Refused during an apply or a recreation, while
   * the engine is being started or stopped, and while another one is being opened.
   */
  switchTo(ref: TargetRef): Promise<Result<AppState, AppError>>;
  /**
   * Calls `act` with the open session if it belongs to the engine `id` (a target's id), else fails with
   * `engine.changed`. `act` begins synchronously: no switch comes between the check and its first step.
   */
  withEngine<T>(
    id: string,
    act: (session: Session) => Promise<Result<T, AppError>>,
  ): Promise<Result<T, AppError>>;
  /**
   * Called with every session once it is open, the first one too; everything set up for it must end by itself
   * when it is closed.
   */
  onOpened(listener: (session: Session) => void): void;
  /** Closes the open session. */
  close(): Promise<void>;
}

/** Opens `first` at once. `openSession` must not reject, whatever the state of the engine. */
export function openSessions(
  first: TargetRef | Promise<TargetRef>,
  openSession: (ref: TargetRef) => Promise<Session>,
): Sessions {
  const listeners: ((session: Session) => void)[] = [];
  let opened: Session | undefined;
  let current = Promise.resolve(first)
    .then((ref) => {
      // No other engine is open.
      adviseCommandsFor(ref);
      return openAdvising(ref, openSession);
    })
    .then((session) => {
      opened = session;
      return session;
    });
  let opening = false;
  /** The close of the session that was open before. The open one is shown before that has ended. */
  let previousClosed = Promise.resolve();
  /** Opens `ref`, makes its session the open one, and begins to close the one before. */
  const replaceSession = async (ref: TargetRef): Promise<Result<Session, AppError>> => {
    // A failed close was an error of the switch that began it, and is none of this one.
    previousClosed = previousClosed.catch(() => undefined);
    await previousClosed;
    const before = await current;
    if (before.target.id === targetId(ref)) return ok(before);
    const free = refuseWhileBusy(before.state.get());
    if (!free.ok) return free;
    // Opened before the old one is closed: if that fails, everything stays as it was.
    const next = await openAdvising(ref, openSession);
    const again = refuseWhileBusy(before.state.get());
    if (!again.ok) {
      await next.close();
      return again;
    }
    opened = next;
    adviseCommandsFor(ref);
    current = Promise.resolve(next);
    previousClosed = before.close().then(() => {
      for (const listener of listeners) listener(next);
    });
    return ok(next);
  };
  void current.then(
    (session) => {
      for (const listener of listeners) listener(session);
    },
    () => undefined,
  );
  return {
    // A thenable on purpose: awaiting it resolves with the session that is open at that moment.
    then: (fulfilled, rejected) => current.then(fulfilled, rejected),
    async switchTo(ref) {
      if (opening) {
        const hint = message('app.wait-until-open');
        return fail('apply.in-progress', message('app.opening-another-engine'), { hint });
      }
      opening = true;
      try {
        // From when the new session shows as open, another switch is accepted; it waits for the close.
        const replaced = await replaceSession(ref).finally(() => {
          opening = false;
        });
        if (!replaced.ok) return replaced;
        await previousClosed;
        return ok(replaced.value.state.get());
      } catch (cause) {
        return fail('engine.request-failed', message('app.engine-not-opened'), { cause });
      }
    },
    async withEngine(id, act) {
      await current;
      if (opened?.target.id === id) return act(opened);
      const hint = message('app.try-shown-engine');
      return fail('engine.changed', message('shared.engine-switched'), { hint });
    },
    onOpened(listener) {
      listeners.push(listener);
    },
    close: async () => {
      await (await current).close();
    },
  };
}

/** The options for commands in sentences that are made while a session opens, and in all that it starts. */
const openingOptions = new AsyncLocalStorage<string>();
scopeEngineOptions(() => openingOptions.getStore());

/** Opens an engine. What fails in that advises commands about it; what others do meanwhile does not. */
const openAdvising = (ref: TargetRef, openSession: (ref: TargetRef) => Promise<Session>): Promise<Session> =>
  openingOptions.run(targetOptions(ref), () => openSession(ref));

/** Lets the commands in sentences be about this engine. */
function adviseCommandsFor(ref: TargetRef): void {
  setEngineOptions(targetOptions(ref));
}

/** Refuses a switch while an operation changes the engine. */
function refuseWhileBusy(state: AppState): Result<null, AppError> {
  const free = refuseDuringApply(state);
  if (!free.ok || state.busy.engine === null) return free;
  const hint = message('app.wait-for-engine');
  return fail('apply.in-progress', message('app.engine-phase', { engine: state.busy.engine }), { hint });
}
