import type { BrowserWindow } from 'electron';
import { eventChannel } from '../../../shared/ipc/channels.ts';
import type { IpcEvents } from '../../../shared/ipc/contract.ts';

/**
 * Sends an event of the contract to the page of a window. Does nothing if the window has been closed or its
 * page is gone: work that ends after that still reports.
 */
export function sendEvent<E extends keyof IpcEvents>(
  window: BrowserWindow | undefined,
  event: E,
  payload: IpcEvents[E],
): void {
  // A destroyed window throws when its contents are read.
  if (window === undefined || window.isDestroyed()) return;
  const { webContents } = window;
  if (webContents.isDestroyed() || webContents.isCrashed()) return;
  webContents.send(eventChannel(event), payload);
}
