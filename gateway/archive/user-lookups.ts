import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { ExecState } from '../engine-api/engine-facts.ts';
import { ResponseReplacedError } from '../http/exchange.ts';

/** How long a copy waits for execs in their start, and an exec for copies in their beginning, ms. */
const waitTimeoutMs = 30_000;
/** How often the state of execs is polled, ms. */
const pollIntervalMs = 20;
/** Limit of execs whose start is not known to be complete, per container. */
const maxStarting = 64;
/** Concurrent queries of execs. */
const maxConcurrentQueries = 4;

/** The engine's state of an exec; null when there is none (any more). */
export type GetExecState = (exec: string) => Promise<ExecState | null>;

/** An exec whose start was forwarded. */
interface StartingExec {
  readonly id: string;
  /** The engine has responded to its start, or never will. */
  isSettled: boolean;
}

interface ContainerLookups {
  /** Copies that begin now. */
  copies: number;
  /** Execs that wait for them. */
  waiting: number;
  /** Emits 'changed' with each change of these two. */
  readonly changes: EventEmitter;
  /** Execs whose start was forwarded, and is not known to be complete. */
  readonly starting: Set<StartingExec>;
  /** The running query of their states. */
  refresh: Promise<void> | null;
}

/**
 * Makes the beginnings of copies and the starts of execs in a container mutually exclusive (A5). The engine
 * follows no symbolic link on a running container's mount, except in the beginning of a copy, which resolves
 * the container's own links. Meanwhile it must not look up an exec's user: it opens the container's
 * /etc/passwd by path, as root, and a container that replaces that file with a link would learn numbers from
 * a file of the machine.
 */
export class UserLookups {
  readonly #getExecState: GetExecState;
  readonly #containers = new Map<string, ContainerLookups>();
  readonly #limit = pLimit(maxConcurrentQueries);

  constructor(getExecState: GetExecState) {
    this.#getExecState = getExecState;
  }

  /**
   * Waits until no copy of `container` is in its beginning, and has later copies wait for the start of
   * `exec`. Resolves with a function to call when the engine has responded to the start, or never got it.
   * Throws ResponseReplacedError where the wait takes too long or too many execs are being started, and the
   * reason of `clientGone`.
   */
  async beforeExec(container: string, exec: string, clientGone?: AbortSignal): Promise<() => void> {
    const lookups = this.#lookupsOf(container);
    lookups.waiting++;
    try {
      const end = AbortSignal.timeout(waitTimeoutMs);
      const signal = clientGone === undefined ? end : AbortSignal.any([end, clientGone]);
      while (lookups.copies > 0) await once(lookups.changes, 'changed', { signal });
    } catch (error) {
      this.#deleteIdle(container);
      if (clientGone?.aborted === true) throw error;
      throw busyError(container, 'files are being copied', 'nothing was run');
    } finally {
      lookups.waiting--;
      lookups.changes.emit('changed');
    }
    if (lookups.starting.size >= maxStarting) {
      await this.#refresh(container);
      if (lookups.starting.size >= maxStarting)
        throw busyError(container, 'too many commands are being started', 'nothing was run');
    }
    const starting: StartingExec = { id: exec, isSettled: false };
    lookups.starting.add(starting);
    this.#containers.set(container, lookups);
    return () => {
      starting.isSettled = true;
      void this.#refresh(container).catch(() => undefined); // the next copy queries again
    };
  }

  /**
   * Waits until the engine looks up no user in `container`, and has later execs wait until the returned
   * function is called. Throws ResponseReplacedError where a look-up takes too long, and the error of a
   * failed query.
   */
  async beforeCopy(container: string): Promise<() => void> {
    const lookups = this.#lookupsOf(container);
    // A waiting exec goes first: successive copies would starve it.
    while (lookups.waiting > 0) await once(lookups.changes, 'changed');
    lookups.copies++;
    let isOver = false;
    const release = () => {
      if (isOver) return;
      isOver = true;
      lookups.copies--;
      lookups.changes.emit('changed');
      this.#deleteIdle(container);
    };
    try {
      const end = performance.now() + waitTimeoutMs;
      for (;;) {
        await this.#refresh(container);
        if (lookups.starting.size === 0) return release;
        if (performance.now() > end)
          throw busyError(container, 'a command is being started', 'nothing was copied');
        await delay(pollIntervalMs);
      }
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Removes execs of `container` that have started, or never will. */
  async #refresh(container: string): Promise<void> {
    const lookups = this.#containers.get(container);
    if (lookups === undefined) return;
    lookups.refresh ??= Promise.all(
      [...lookups.starting].map(async (exec) => {
        // The state before the query: a start that completed since may not be in the response.
        const { isSettled } = exec;
        const state = await this.#limit(() => this.#getExecState(exec.id));
        // After a refused start an exec is still in the state `created`. One that no longer exists, because
        // its container was stopped, may still be starting until the engine has responded to the start.
        if (state === 'started' || (isSettled && state !== 'starting')) lookups.starting.delete(exec);
      }),
    ).then(
      () => {
        lookups.refresh = null;
      },
      (error: unknown) => {
        lookups.refresh = null;
        throw error;
      },
    );
    await lookups.refresh;
    this.#deleteIdle(container);
  }

  #deleteIdle(container: string): void {
    const lookups = this.#containers.get(container);
    if (lookups !== undefined && lookups.copies === 0 && lookups.waiting === 0 && lookups.starting.size === 0)
      this.#containers.delete(container);
  }

  #lookupsOf(container: string): ContainerLookups {
    const existing = this.#containers.get(container);
    if (existing !== undefined) return existing;
    const created: ContainerLookups = {
      copies: 0,
      waiting: 0,
      changes: new EventEmitter().setMaxListeners(0),
      starting: new Set(),
      refresh: null,
    };
    this.#containers.set(container, created);
    return created;
  }
}

function busyError(container: string, why: string, outcome: string): ResponseReplacedError {
  return new ResponseReplacedError(
    409,
    `bulkhead gateway: ${why} in container ${container.slice(0, 12)}, so ${outcome}; try again`,
  );
}
