import type { SendHandle } from 'node:child_process';
import { noListenerStore, type ListenerStore } from '../../shared/gateway/listener-handoff.ts';

/**
 * Stores listeners in the parent process, over Node's channel to it; stores none without such a channel.
 * Messages: `shared/gateway/listener-handoff.ts`.
 */
export function parentListenerStore(log: (line: string) => void): ListenerStore {
  if (process.send === undefined) return noListenerStore;
  const send = (message: object, handle?: object): Promise<void> =>
    new Promise((resolve) => {
      const failed = (error: Error | null) => {
        if (error !== null) log(`the parent process could not be told to keep a listener: ${error.message}`);
        resolve();
      };
      try {
        // Node sends raw pipe handles too (its own types know servers only); a server would start to accept
        // connections in the parent.
        process.send?.(message, handle as SendHandle | undefined, {}, failed);
      } catch (error) {
        failed(error instanceof Error ? error : new Error(String(error)));
      }
    });
  return {
    keep: (name, handle) => send({ kind: 'keep-listener', name }, handle),
    drop: (name) => {
      void send({ kind: 'drop-listener', name });
    },
  };
}
