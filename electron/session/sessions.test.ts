import { describe, expect, it, vi } from 'vitest';
import { run } from '../../renderer/dev/apply-fixture.ts';
import { targetCapabilities, appState } from '../../renderer/dev/app-fixture.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { message } from '../../shared/messages/message.ts';
import { ok } from '../../shared/result.ts';
import { targetId, type TargetRef } from '../../shared/targets/target-id.ts';
import type { Session } from './session.ts';
import { openSessions } from './sessions.ts';

const engine = (root: string): TargetRef => ({ kind: 'embedded', root });

/** Sessions of engines that consist of a name; `state` is that of an opened one. */
function stage(
  state: Partial<AppState> = {},
  onOpening: (id: string) => Promise<void> = () => Promise.resolve(),
  onClosing: () => Promise<void> = () => Promise.resolve(),
) {
  const log: string[] = [];
  const open = vi.fn(async (ref: TargetRef): Promise<Session> => {
    await onOpening(targetId(ref));
    if (targetId(ref) === 'embedded:/bad') throw new Error('no such engine');
    log.push(`open ${targetId(ref)}`);
    const session = {
      target: { id: targetId(ref), ref },
      state: {
        get: () =>
          appState({
            ...state,
            target: {
              id: targetId(ref),
              kind: ref.kind,
              capabilities: targetCapabilities[ref.kind],
              product: null,
            },
          }),
      },
      close: () => {
        log.push(`close ${targetId(ref)}`);
        return onClosing();
      },
    };
    return session as unknown as Session; // the parts that sessions use
  });
  return { sessions: openSessions(engine('/a'), open), log };
}

describe('switching engines', () => {
  it('opens the other one before it closes the first, and waiting callers get the new one', async () => {
    const { sessions, log } = stage();
    const opened: string[] = [];
    sessions.onOpened((session) => {
      opened.push(session.target.id);
    });
    expect((await sessions).target.id).toBe('embedded:/a');
    expect(await sessions.switchTo(engine('/b'))).toMatchObject({
      ok: true,
      value: { target: { id: 'embedded:/b' } },
    });
    expect((await sessions).target.id).toBe('embedded:/b');
    expect(log).toEqual(['open embedded:/a', 'open embedded:/b', 'close embedded:/a']);
    expect(opened).toEqual(['embedded:/a', 'embedded:/b']);
  });

  it('does nothing for the engine that is open', async () => {
    const { sessions, log } = stage();
    expect((await sessions.switchTo(engine('/a'))).ok).toBe(true);
    expect(log).toEqual(['open embedded:/a']);
  });

  it.each<[string, Partial<AppState>]>([
    ['an apply', { run: run() }],
    ['a recreation', { recreation: { activity: 'recreating', cancellable: true, members: [] } }],
    [
      'the question for a password',
      { busy: { scanning: false, verifying: false, engine: null, beginning: true } },
    ],
    [
      'a start of the engine',
      { busy: { scanning: false, verifying: false, engine: 'starting', beginning: false } },
    ],
  ])('is refused during %s', async (_what, state) => {
    const { sessions, log } = stage(state);
    expect(await sessions.switchTo(engine('/b'))).toMatchObject({
      ok: false,
      error: { code: 'apply.in-progress' },
    });
    expect(log).toEqual(['open embedded:/a']);
  });

  it('keeps the open engine if the other cannot be opened, and can be retried', async () => {
    const { sessions, log } = stage();
    expect(await sessions.switchTo(engine('/bad'))).toMatchObject({
      ok: false,
      error: { reason: 'no such engine' },
    });
    expect((await sessions).target.id).toBe('embedded:/a');
    expect((await sessions.switchTo(engine('/b'))).ok).toBe(true);
    expect(log).toEqual(['open embedded:/a', 'open embedded:/b', 'close embedded:/a']);
  });

  it('opens one at a time', async () => {
    const { sessions, log } = stage();
    const [first, second] = await Promise.all([
      sessions.switchTo(engine('/b')),
      sessions.switchTo(engine('/c')),
    ]);
    expect([first.ok, second.ok]).toEqual([true, false]);
    expect(log).not.toContain('open embedded:/c');
  });

  it('is accepted once the new engine shows as open, and waits until the old one is closed', async () => {
    let endClose: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      endClose = resolve;
    });
    const { sessions, log } = stage({}, undefined, () => closed);
    const first = sessions.switchTo(engine('/b'));
    await vi.waitFor(async () => {
      expect((await sessions).target.id).toBe('embedded:/b');
    });
    const back = sessions.switchTo(engine('/a'));
    // A macrotask: a switch that did not wait would have opened its engine in it.
    await new Promise(setImmediate);
    expect(log).toEqual(['open embedded:/a', 'open embedded:/b', 'close embedded:/a']);
    endClose();
    expect(await first).toMatchObject({ ok: true });
    expect(await back).toMatchObject({ ok: true, value: { target: { id: 'embedded:/a' } } });
    expect(log.slice(3)).toEqual(['open embedded:/a', 'close embedded:/b']);
  });

  it('succeeds after the close of an earlier engine failed', async () => {
    const onClosing = vi.fn(() => Promise.resolve()).mockRejectedValueOnce(new Error('disk full'));
    const { sessions } = stage({}, undefined, onClosing);
    expect(await sessions.switchTo(engine('/b'))).toMatchObject({
      ok: false,
      error: { reason: 'disk full' },
    });
    expect((await sessions.switchTo(engine('/b'))).ok).toBe(true);
    expect((await sessions.switchTo(engine('/c'))).ok).toBe(true);
  });
});

describe('the commands that sentences advise', () => {
  const advised = () => message('apply.run-verify').text;

  it('are about the open engine, also after another one could not be opened', async () => {
    const { sessions } = stage();
    await sessions;
    expect(advised()).toContain('bulkhead verify --root /a runs');
    await sessions.switchTo(engine('/bad'));
    expect(advised()).toContain('bulkhead verify --root /a runs');
    await sessions.switchTo({ kind: 'docker-desktop' });
    expect(advised()).toContain('bulkhead verify --target docker-desktop runs');
  });

  it('are about the open engine while another one opens, and in the opening about that one', async () => {
    let open: () => void = () => undefined;
    const opening: string[] = [];
    const { sessions } = stage({}, async (id) => {
      if (id !== 'embedded:/b') return;
      opening.push(advised());
      await new Promise<void>((resolve) => {
        open = resolve;
      });
      opening.push(advised());
    });
    await sessions;
    const switching = sessions.switchTo(engine('/b'));
    await vi.waitFor(() => {
      expect(opening).toHaveLength(1);
    });
    expect(advised()).toContain('bulkhead verify --root /a runs');
    open();
    await switching;
    for (const sentence of [...opening, advised()]) expect(sentence).toContain('--root /b runs');
    expect(opening).toHaveLength(2);
  });
});

describe('a request about an engine', () => {
  it('works on that engine while it is open, and on none once another one is', async () => {
    const { sessions } = stage();
    const worked: string[] = [];
    const work = (session: Session) => {
      worked.push(session.target.id);
      return Promise.resolve(ok(undefined));
    };
    expect(await sessions.withEngine('embedded:/a', work)).toMatchObject({ ok: true });
    expect(await sessions.withEngine('embedded:/b', work)).toMatchObject({
      ok: false,
      error: { code: 'engine.changed' },
    });
    await sessions.switchTo(engine('/b'));
    expect(await sessions.withEngine('embedded:/a', work)).toMatchObject({
      ok: false,
      error: { code: 'engine.changed' },
    });
    expect(await sessions.withEngine('embedded:/b', work)).toMatchObject({ ok: true });
    expect(worked).toEqual(['embedded:/a', 'embedded:/b']);
  });

  it('made just before a switch works on the engine it is about, or on none', async () => {
    for (let pause = 0; pause < 12; pause++) {
      const { sessions } = stage();
      await sessions;
      const worked: string[] = [];
      const switching = sessions.switchTo(engine('/b'));
      for (let tick = 0; tick < pause; tick++) await Promise.resolve();
      await sessions.withEngine('embedded:/a', (session) => {
        worked.push(session.target.id);
        return Promise.resolve(ok(undefined));
      });
      await switching;
      expect(worked.filter((id) => id !== 'embedded:/a')).toEqual([]);
    }
  });

  it('that stops the engine prevents a switch from closing it meanwhile', async () => {
    let busy: AppState['busy'] = { scanning: false, verifying: false, engine: null, beginning: false };
    const log: string[] = [];
    let openOther: () => void = () => undefined;
    const sessions = openSessions(engine('/a'), async (ref) => {
      const id = targetId(ref);
      if (id === 'embedded:/b')
        await new Promise<void>((resolve) => {
          openOther = resolve;
        });
      return {
        target: { id, ref },
        state: {
          get: () =>
            appState({
              busy,
              target: { id, kind: ref.kind, capabilities: targetCapabilities[ref.kind], product: null },
            }),
        },
        close: () => {
          log.push(`close ${id}`);
          return Promise.resolve();
        },
      } as unknown as Session; // the parts that sessions use
    });
    await sessions;
    const switching = sessions.switchTo(engine('/b'));
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    busy = { ...busy, engine: 'stopping' };
    openOther();
    expect(await switching).toMatchObject({ ok: false, error: { code: 'apply.in-progress' } });
    expect(log).toEqual(['close embedded:/b']);
  });
});
