import type { AppError, Result } from '../result.ts';
import type { IpcEvents, IpcInput, IpcOutput, IpcRequest } from './contract.ts';

/**
 * The API that the preload script exposes as `window.bulkhead`: the only connection from the renderer to the
 * main process. Types only; the allowed names are checked in the preload, senders and payloads in main.
 */
export interface BulkheadBridge {
  /**
   * Sends one request of the contract. `engine`: the target's id of the engine that it is about, null if it
   * is about none. Never rejects: every failure is an `Err` (codes `ipc.*`, `engine.changed`, `internal`, or
   * the operation's own).
   */
  request<K extends IpcRequest>(
    name: K,
    input: IpcInput<K>,
    engine: string | null,
  ): Promise<Result<IpcOutput<K>, AppError>>;
  /** Subscribes to an event of the contract until the returned function is called. */
  on<E extends keyof IpcEvents>(event: E, listener: (payload: IpcEvents[E]) => void): () => void;
  /**
   * Tells main that the first usable frame is painted. Called once, after the first paint with loaded state.
   */
  painted(): void;
}
