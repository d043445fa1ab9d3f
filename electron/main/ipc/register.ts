import { ipcMain, type IpcMain } from 'electron';
import { paintedChannel, requestChannel, requestNames } from '../../../shared/ipc/channels.ts';
import type { IpcRequest } from '../../../shared/ipc/contract.ts';
import type { AppError, Result } from '../../../shared/result.ts';
import { isOwnPage, senderOf, type SenderFrame } from './sender.ts';

/** One unchecked message from a page. */
export interface IpcMessage {
  readonly frame: SenderFrame | null | undefined;
  readonly payload: unknown;
  /** The engine that the page names in the request. */
  readonly engine: unknown;
}

/** Responds to one request of the contract, from any sender; never rejects. */
export type RequestDispatcher = (name: IpcRequest, message: IpcMessage) => Promise<Result<unknown, AppError>>;

/**
 * Registers every request of the contract, even before the handlers exist: a request waits for the
 * `dispatcher`. The only place that uses ipcMain. `onPainted` is called for the first `painted` of one of our
 * pages.
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
