import type { AppState } from '../../shared/ipc/contract.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { targetId, type TargetRef } from '../../shared/targets/target.ts';
import { refuseDuringApply, type Session } from './session.ts';

/** The open engine, and the way to another one. Awaiting it gives the session that is open then. */
export interface Sessions extends PromiseLike<Session> {
  /** Closes the open session and opens `ref`. Refused during an apply or a recreation, and while the engine is being started or stopped. */
  switchTo(ref: TargetRef): Promise<Result<AppState, AppError>>;
  /** Called with every session once it is open, the first one too; what was set up for it has to go by itself when it is closed. */
  onOpened(listener: (session: Session) => void): void;
  /** Closes what is open. */
  close(): Promise<void>;
}

/** Opens `first` at once. `open` must not reject for anything an engine can be. */
export function openSessions(first: TargetRef | Promise<TargetRef>, open: (ref: TargetRef) => Promise<Session>): Sessions {
  const listeners: ((session: Session) => void)[] = [];
  let current = Promise.resolve(first).then(open);
  let switching = false;
  void current.then((session) => { for (const listener of listeners) listener(session); }, () => undefined);
  return {
    // A thenable on purpose: whoever holds it awaits the session that is open at that moment.
    then: (fulfilled, rejected) => current.then(fulfilled, rejected),
    async switchTo(ref) {
      if (switching) return fail('apply.in-progress', 'another engine is being opened', { hint: 'Wait until it is open.' });
      switching = true;
      try {
        const before = await current;
        const state = before.state.get();
        if (before.target.id === targetId(ref)) return ok(state);
        const free = refuseDuringApply(state);
        if (!free.ok) return free;
        if (state.busy.engine !== null) return fail('apply.in-progress', `the engine is ${state.busy.engine}`, { hint: 'Wait until that has ended.' });
        // Opened before the old one is let go: where that fails, everything stays as it was.
        const next = await open(ref);
        const again = refuseDuringApply(before.state.get());
        if (!again.ok) { await next.close(); return again; }
        current = Promise.resolve(next);
        await before.close();
        for (const listener of listeners) listener(next);
        return ok(next.state.get());
      } catch (cause) {
        return fail('engine.request-failed', 'the engine could not be opened', { cause });
      } finally { switching = false; }
    },
    onOpened(listener) { listeners.push(listener); },
    close: async () => { await (await current).close(); },
  };
}
