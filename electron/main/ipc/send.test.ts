import type { BrowserWindow } from 'electron';
import { expect, it, vi } from 'vitest';
import { appState } from '../../../renderer/dev/app-fixture.ts';
import { sendEvent } from './send.ts';

/** A window as Electron has it: once it is destroyed, reading its contents throws. */
function fakeWindow({ destroyed = false, crashed = false } = {}) {
  const send = vi.fn();
  const window = {
    isDestroyed: () => destroyed,
    get webContents() {
      if (destroyed) throw new TypeError('Object has been destroyed');
      return { isDestroyed: () => false, isCrashed: () => crashed, send };
    },
  };
  return { window: window as unknown as BrowserWindow, send }; // the parts used here
}

it('sends to the page of an open window', () => {
  const { window, send } = fakeWindow();
  sendEvent(window, 'changed', { busy: appState({}).busy });
  expect(send).toHaveBeenCalledTimes(1);
});

it.each([{ destroyed: true }, { crashed: true }])('sends nothing to a window that is %j', (state) => {
  const { window, send } = fakeWindow(state);
  sendEvent(window, 'changed', { busy: appState({}).busy });
  sendEvent(undefined, 'changed', {});
  expect(send).not.toHaveBeenCalled();
});
