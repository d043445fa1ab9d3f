import type { AppState } from '../../shared/ipc/app-state.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { message } from '../../shared/messages/message.ts';
import type { Session } from './session.ts';

/**
 * Reserves the engine for a change until that has begun, or could not: a password prompt may be open
 * meanwhile.
 */
export async function beginChange<T>(
  { state }: Pick<Session, 'state'>,
  begin: () => Promise<Result<T, AppError>>,
): Promise<Result<T, AppError>> {
  const free = refuseDuringApply(state.get());
  if (!free.ok) return free;
  const { engine } = state.get().busy;
  if (engine !== null)
    return fail('apply.in-progress', message('app.engine-phase', { engine }), {
      hint: message('app.wait-for-engine'),
    });
  state.set({ busy: { ...state.get().busy, beginning: true } });
  try {
    return await begin();
  } finally {
    state.set({ busy: { ...state.get().busy, beginning: false } });
  }
}

/** Whether operations that must not run at the same time as an apply are possible. */
export function refuseDuringApply(state: AppState): Result<null, AppError> {
  if (state.busy.beginning)
    return fail('apply.in-progress', message('app.change-starting'), {
      hint: message('app.wait-for-password'),
    });
  if (state.recreation !== null && state.recreation.activity !== 'ended')
    return fail('apply.in-progress', message('app.recreation-under-way'), {
      hint: message('app.wait-for-change'),
    });
  if (state.removal !== null && state.removal.activity !== 'ended')
    return fail('apply.in-progress', message('app.removal-under-way'), {
      hint: message('app.wait-for-change'),
    });
  return state.run !== null && state.run.activity !== 'ended'
    ? fail('apply.in-progress', message('app.apply-under-way'), {
        hint: message('app.wait-for-apply'),
      })
    : ok(null);
}
