import { describe, expect, it } from 'vitest';
import type { RecreateHandle } from '../../../engine/recreate/recreate.ts';
import { run } from '../../../renderer/dev/apply-fixture.ts';
import type { ApplyRun } from '../../../shared/apply/run.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import type { Session } from '../../session/session.ts';
import { refuseDuringApply } from '../../session/session-change.ts';
import { settleApply } from './apply.ts';
import { settleRecreation } from './recreate.ts';

const error = { code: 'internal' as const, message: 'a step failed' };
const ended = (part: Partial<ApplyRun> = {}) =>
  run({
    activity: 'ended',
    cancellable: false,
    outcome: { kind: 'rolled-back', failedStep: 'restart-engine', error, restoredVersion: 11 },
    ...part,
  });

/** A session in the middle of an apply, one of whose refreshes fails. */
function applying(failing: 'draft' | 'engine' | 'scan' | 'none') {
  let state = {
    run: run(),
    recreation: { activity: 'recreating', cancellable: true, members: [] },
    removal: null,
    busy: { beginning: false },
  } as unknown as AppState; // the parts that an apply uses
  const attempted = new Set<string>();
  const refresh = (what: typeof failing) => () => {
    attempted.add(what);
    return what === failing ? Promise.reject(new Error(`no ${what}`)) : Promise.resolve();
  };
  const session = {
    state: {
      get: () => state,
      set: (parts: Partial<AppState>) => {
        state = { ...state, ...parts };
      },
    },
    target: { lastVerification: () => Promise.resolve(null) },
    draft: { refresh: refresh('draft') },
    refreshEngine: refresh('engine'),
    scan: refresh('scan'),
  } as unknown as Session; // likewise
  return { session, state: () => state, attempted };
}

describe('an apply that has ended', () => {
  it.each(['draft', 'engine', 'scan'] as const)(
    'is shown as ended although the %s could not be read again, and containers are listed again',
    async (failing) => {
      const { session, state, attempted } = applying(failing);
      await expect(settleApply(session, ended())).rejects.toThrow(`no ${failing}`);
      expect(state().run?.activity).toBe('ended');
      expect(refuseDuringApply(state()).ok).toBe(true);
      expect(attempted).toContain('scan');
    },
  );

  it('is shown as ended when all was read again', async () => {
    const { session, state } = applying('none');
    await settleApply(session, ended());
    expect(refuseDuringApply(state()).ok).toBe(true);
  });
});

it('a recreation counts as ended even without a later scan, or if its end was never reported', async () => {
  for (const done of [
    () => Promise.resolve({ activity: 'ended', cancellable: false, members: [] }),
    () => Promise.reject(new Error('its process is gone')),
  ]) {
    const { session, state } = applying('scan');
    session.state.set({ run: null });
    const handle = {
      run: () => ({ activity: 'recreating', cancellable: true, members: [] }),
      done: done(),
    } as unknown as RecreateHandle; // the parts that are used
    await expect(settleRecreation(session, handle)).rejects.toThrow('no scan');
    expect(refuseDuringApply(state()).ok).toBe(true);
  }
});
