import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { ExecState } from '../engine-api/engine-facts.ts';
import { ResponseReplacedError } from '../http/exchange.ts';

/** How long a copy waits for execs that are being started, and an exec for copies that begin, ms. */
const waitTimeoutMs = 30_000;
/** How often the state of execs is polled, ms. */
const pollIntervalMs = 20;
/** Execs that may be starting in one container at once, as far as is known. */
const maxStarting = 64;
/** Questions about execs that wait for the engine at once. */
const maxConcurrentQueries = 4;

/** How far the engine is with an exec; null when there is no such exec (any more). */
export type GetExecState = (exec: string) => Promise<ExecState | null>;

/** An exec whose start was forwarded. */
interface StartingExec {
  readonly id: string;
  /** The engine has answered its start, or will not. */
  isSettled: boolean;
}

interface ContainerLookups {
  /** Copies that begin now. */
  copies: number;
  /** Execs that wait for them. */
  waiting: number;
  /** Emits 'changed' with each change of these two. */
  readonly changes: EventEmitter;
  /** Execs whose start was let pass, as far as it is not known that they have started. */
  readonly starting: Set<StartingExec>;
  /** A look at them that is under way. */
  refresh: Promise<void> | null;
}

/**
 * Keeps copies and starts of execs of one container apart (A5). The engine follows no symbolic link on a
 * running container's mount, but for the beginning of a copy, which goes by the container's own links. At
 * that time it must look up no exec's user: it opens the container's /etc/passwd by path, as root, and a
 * container that exchanges that file for a link would learn the numbers in a file of the machine's.
 */
export class UserLookups {
  readonly #getExecState: GetExecState;
  readonly #containers = new Map<string, ContainerLookups>();
  readonly #limit = pLimit(maxConcurrentQueries);

  constructor(getExecState: GetExecState) {
    this.#getExecState = getExecState;
  }

  /**
   * Waits until no copy of `container` begins. `exec` is to be started then, and later copies wait for that.
   * Resolves with what is to be called when the engine has answered the start, or never heard of it. Throws
   * ResponseReplacedError where the wait takes too long or too many are being started, and the reason of
   * `gone`.
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
      throw busy(container, 'files are being copied', 'nothing was run');
    } finally {
      lookups.waiting--;
      lookups.changes.emit('changed');
    }
    if (lookups.starting.size >= maxStarting) {
      await this.#refresh(container);
      if (lookups.starting.size >= maxStarting)
        throw busy(container, 'too many commands are being started', 'nothing was run');
    }
    const starting: StartingExec = { id: exec, isSettled: false };
    lookups.starting.add(starting);
    this.#containers.set(container, lookups);
    return () => {
      starting.isSettled = true;
      void this.#refresh(container).catch(() => undefined); // the next copy looks again
    };
  }

  /**
   * Waits until the engine looks up no user in `container`, and has later execs wait until the function that
   * is returned is called. Throws ResponseReplacedError where an exec does not get past its lookup in time,
   * and what asking about it threw.
   */
  async beforeCopy(container: string): Promise<() => void> {
    const lookups = this.#lookupsOf(container);
    // An exec that waits goes first: copies one after another would keep it waiting for good.
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
          throw busy(container, 'a command is being started', 'nothing was copied');
        await delay(pollIntervalMs);
      }
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Forgets execs of `container` that have started, or never will. */
  async #refresh(container: string): Promise<void> {
    const lookups = this.#containers.get(container);
    if (lookups === undefined) return;
    lookups.refresh ??= Promise.all(
      [...lookups.starting].map(async (exec) => {
        // As it was before the question: what the engine has answered since may not be in the response.
        const { isSettled } = exec;
        const state = await this.#limit(() => this.#getExecState(exec.id));
        // A start that the engine refused leaves an exec as it was created. One that is gone, because its
        // container was stopped, may still be on its way while its start was not answered.
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

function busy(container: string, why: string, outcome: string): ResponseReplacedError {
  return new ResponseReplacedError(
    409,
    `bulkhead gateway: ${why} in container ${container.slice(0, 12)}, so ${outcome}; try again`,
  );
}
