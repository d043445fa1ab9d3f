import type { WebContents } from 'electron';
import { eventChannel } from '../../../shared/ipc/channels.ts';
import type { IpcEvents } from '../../../shared/ipc/contract.ts';

/** Sends an event of the contract to a window, unless it has been destroyed. */
export function sendEvent<E extends keyof IpcEvents>(
  contents: WebContents | undefined,
  event: E,
  payload: IpcEvents[E],
): void {
  if (contents === undefined || contents.isDestroyed() || contents.isCrashed()) return;
  contents.send(eventChannel(event), payload);
}
