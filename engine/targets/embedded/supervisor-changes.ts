import path from 'node:path';
import type { RootPaths } from '../../base/root-paths.ts';
import { watchDirectory } from '../../base/watch-directory.ts';
import { supervisorLock } from './engine-state.ts';

/** There is no event for a lock whose holder was killed. */
const recheckMs = 1000;

/** Waits for a supervisor to start or end, detected by its control socket and its lock. */
export class SupervisorChanges {
  readonly #endWatch: () => void;
  #hasChanged = false;
  #wake: () => void = () => undefined;

  constructor(paths: RootPaths) {
    const names = [paths.controlSocket, supervisorLock(paths)].map((file) => path.basename(file));
    this.#endWatch = watchDirectory(paths.root, (name) => {
      if (name !== null && !names.includes(name)) return;
      this.#hasChanged = true;
      this.#wake();
    });
  }

  /**
   * Resolves when something has changed since the last call, when `signal` is aborted or `also` resolves, and
   * after a second.
   */
  async next(signal: AbortSignal, also?: Promise<unknown>): Promise<void> {
    if (!this.#hasChanged && !signal.aborted)
      await new Promise<void>((resolve) => {
        const finish = () => {
          clearTimeout(timer);
          signal.removeEventListener('abort', finish);
          resolve();
        };
        const timer = setTimeout(finish, recheckMs);
        this.#wake = finish;
        signal.addEventListener('abort', finish);
        void also?.then(finish);
      });
    this.#hasChanged = false;
  }

  close(): void {
    this.#endWatch();
  }
}
