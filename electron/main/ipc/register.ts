import { ipcMain, type IpcMain } from 'electron';
import { paintedChannel, requestChannel, requestNames } from '../../../shared/ipc/channels.ts';
import type { IpcRequest } from '../../../shared/ipc/contract.ts';
import type { AppError, Result } from '../../../shared/result.ts';
import { isOwnPage, senderOf, type SenderFrame } from './sender.ts';

/** Answers one request of the contract, whoever sent it; never rejects. */
export type Answering = (name: IpcRequest, frame: SenderFrame | null, payload: unknown) => Promise<Result<unknown, AppError>>;

/**
 * Registers every request of the contract, also before there is somebody to answer: a request waits for `answering`. The only place that
 * touches ipcMain. `onPainted` is called for the first `painted` of a page of ours.
 */
export function registerIpc(answering: PromiseLike<Answering>, onPainted: () => void, ipc: Pick<IpcMain, 'handle' | 'on'> = ipcMain): void {
  for (const name of requestNames) {
    ipc.handle(requestChannel(name), async (event, payload: unknown) => {
      // Who sent it is asked now; the frame may be gone when the answer comes.
      const sender = senderOf(event);
      return (await answering)(name, sender, payload);
    });
  }
  let painted = false;
  ipc.on(paintedChannel, (event) => {
    if (painted || !isOwnPage(senderOf(event))) return;
    painted = true;
    onPainted();
  });
}
