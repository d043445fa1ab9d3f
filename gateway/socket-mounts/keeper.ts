import type { SendHandle } from 'node:child_process';

/**
 * Whoever outlives this process and holds a duplicate of its listening sockets, so that the next one goes on listening on the same
 * ones: a running container has the socket's inode mounted, a new socket at the same path would never reach it.
 */
export interface ListenerKeeper {
  /** Resolves when the duplicate is on its way; what is on its way survives us. */
  keep(name: string, handle: object): Promise<void>;
  drop(name: string): void;
}

/** Nobody: sockets last as long as this process. */
export const noKeeper: ListenerKeeper = { keep: () => Promise.resolve(), drop: () => undefined };

/** The parent process, over Node's channel to it; nobody where there is no such channel. Messages: `shared/gateway/kept-listeners.ts`. */
export function parentKeeper(log: (line: string) => void): ListenerKeeper {
  if (process.send === undefined) return noKeeper;
  const send = (message: object, handle?: object): Promise<void> => new Promise((resolve) => {
    const failed = (error: Error | null) => {
      if (error !== null) log(`the parent process could not be told to keep a listener: ${error.message}`);
      resolve();
    };
    try {
      // Node sends raw pipe handles too (its own types know servers only); a server would start to accept in the parent.
      process.send?.(message, handle as SendHandle | undefined, {}, failed);
    } catch (error) {
      failed(error instanceof Error ? error : new Error(String(error)));
    }
  });
  return {
    keep: (name, handle) => send({ kind: 'keep-listener', name }, handle),
    drop: (name) => { void send({ kind: 'drop-listener', name }); },
  };
}
