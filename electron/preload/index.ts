import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import {
  eventChannel,
  eventNames,
  paintedChannel,
  requestChannel,
  requestNames,
} from '../../shared/ipc/channels.ts';

// Runs sandboxed beside the page. The page gets these three functions and nothing else of Electron; names
// outside the contract reach no channel.
const refused = (name: unknown) => ({
  ok: false,
  error: { code: 'ipc.bad-payload', message: `there is no request named ${String(name).slice(0, 80)}` },
});

contextBridge.exposeInMainWorld('bulkhead', {
  request: async (name: string, input: unknown, engine: unknown): Promise<unknown> => {
    if (!requestNames.has(name)) return refused(name);
    try {
      return await ipcRenderer.invoke(requestChannel(name), input, engine);
    } catch (error) {
      return {
        ok: false,
        error: {
          code: 'internal',
          message: `${name} got no answer from the app's main process`,
          reason: String(error),
        },
      };
    }
  },
  on: (event: string, listener: (payload: unknown) => void): (() => void) => {
    if (!eventNames.has(event)) throw new Error(`there is no event named ${event.slice(0, 80)}`);
    const forward = (_event: IpcRendererEvent, payload: unknown) => {
      listener(payload);
    };
    ipcRenderer.on(eventChannel(event), forward);
    return () => {
      ipcRenderer.removeListener(eventChannel(event), forward);
    };
  },
  painted: (): void => {
    ipcRenderer.send(paintedChannel);
  },
});
