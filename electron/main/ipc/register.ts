import { ipcMain, type IpcMain } from 'electron';
import { paintedChannel, requestChannel, requestNames } from '../../../shared/ipc/channels.ts';
import type { IpcRequest } from '../../../shared/ipc/contract.ts';
import type { AppError, Result } from '../../../shared/result.ts';
import { isOwnPage, senderOf, type SenderFrame } from './sender.ts';

/** One message from a page, as it came: nothing of it has been checked. */
export interface IpcMessage {
  readonly frame: SenderFrame | null | undefined;
  readonly payload: unknown;
  /** Which engine the page says it is about. */
  readonly engine: unknown;
}

/** Answers one request of the contract, whoever sent it; never rejects. */
export type RequestDispatcher = (name: IpcRequest, message: IpcMessage) => Promise<Result<unknown, AppError>>;

/**
 * Registers every request of the contract, also before the handlers exist: a request waits for the
 * `dispatcher`. The only place that touches ipcMain. `onPainted` is called for the first `painted` of a page
 * of ours.
 */
export function registerIpc(
  dispatcher: PromiseLike<RequestDispatcher>,
  onPainted: () => void,
  ipc: Pick<IpcMain, 'handle' | 'on'> = ipcMain,
): void {
  for (const name of requestNames) {
    ipc.handle(requestChannel(name), async (event, payload: unknown, engine: unknown) => {
      // The sender is checked now; the frame may be gone when the response is ready.
      const frame = senderOf(event);
      return (await dispatcher)(name, { frame, payload, engine });
    });
  }
  let painted = false;
  ipc.on(paintedChannel, (event) => {
    if (painted || !isOwnPage(senderOf(event))) return;
    painted = true;
    onPainted();
  });
}
