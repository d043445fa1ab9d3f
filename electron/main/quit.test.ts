import { EventEmitter } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { run } from '../../renderer/dev/apply-fixture.ts';
import { appState } from '../../renderer/dev/app-fixture.ts';
import { stateStore } from '../session/app-state.ts';
import { installQuitHandlers, type QuitParts } from './quit.ts';
import type { Session } from '../session/session.ts';

const settle = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** A window of one engine, in an app that only records its calls. */
async function stage(tray = false) {
  const state = stateStore(appState({ run: null }));
  const session = { state } as unknown as Session; // the part that matters here
  const app = Object.assign(new EventEmitter(), { quit: vi.fn() });
  const window = Object.assign(new EventEmitter(), { hide: vi.fn(), destroy: vi.fn() });
  const closed = vi.fn(() => Promise.resolve());
  const sessions = {
    then: Promise.resolve(session).then.bind(Promise.resolve(session)),
    onOpened: () => undefined,
    close: closed,
  };
  installQuitHandlers({
    app,
    window,
    sessions,
    desktop: { keepsInTray: () => tray, close: () => undefined },
    report: () => undefined,
  } as unknown as QuitParts); // fakes
  await settle();
  /** The result of closing the window: whether it was prevented. */
  const close = () => {
    const event = { preventDefault: vi.fn() };
    window.emit('close', event);
    return event.preventDefault.mock.calls.length > 0;
  };
  const quit = () => {
    app.emit('before-quit');
    return close();
  };
  return { state, app, window, close, quit, closed };
}

describe('quitting', () => {
  it('closes the window when no operation is in progress', async () => {
    const { quit } = await stage(true);
    expect(quit()).toBe(false);
  });

  it('waits for an apply, then ends the app', async () => {
    const { state, quit, window, app } = await stage();
    state.set({ run: run() });
    expect(quit()).toBe(true);
    expect(window.hide).toHaveBeenCalledTimes(1);
    state.set({ run: run({ activity: 'ended', cancellable: false }) });
    expect(window.destroy).toHaveBeenCalledTimes(1);
    expect(app.quit).toHaveBeenCalledTimes(1);
  });

  it('deferred by an apply is cancelled when the window is shown again', async () => {
    const { state, quit, close, window, app } = await stage(true);
    state.set({ run: run() });
    expect(quit()).toBe(true);
    window.emit('show');
    state.set({ run: run({ activity: 'ended', cancellable: false }) });
    expect(window.destroy).not.toHaveBeenCalled();
    expect(app.quit).not.toHaveBeenCalled();
    // Into the tray, by the user's preference for closed windows.
    expect(close()).toBe(true);
    expect(window.hide).toHaveBeenCalledTimes(2);
  });

  it('ends the app once, however often the window was closed during an apply', async () => {
    const { state, close, window, app } = await stage();
    state.set({ run: run() });
    expect(close()).toBe(true);
    expect(close()).toBe(true);
    state.set({ run: null });
    expect(window.destroy).toHaveBeenCalledTimes(1);
    expect(app.quit).toHaveBeenCalledTimes(1);
  });

  it('closes what is open before the app ends', async () => {
    const { app, closed } = await stage();
    const event = { preventDefault: vi.fn() };
    app.emit('will-quit', event);
    await settle();
    expect(event.preventDefault).toHaveBeenCalledTimes(1);
    expect(closed).toHaveBeenCalledTimes(1);
    app.emit('will-quit', event);
    expect(event.preventDefault).toHaveBeenCalledTimes(1);
  });
});
