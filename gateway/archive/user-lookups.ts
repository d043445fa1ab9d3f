import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { FileLocks } from '../base/file-locks.ts';
import { startTimeLimit } from '../base/time-limit.ts';
import { unscaledLimits } from '../../shared/process/time-limits.ts';
import type { ExecState } from '../engine-api/engine-facts.ts';
import { ResponseReplacedError } from '../http/exchange.ts';

/** How often the state of execs, and other gateways' locks, are polled, ms. */
const pollIntervalMs = 20;
/** The same while there is no other gateway. */
const idlePollMs = 1000;
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
  /** A copy begins now. */
  isCopyBeginning: boolean;
  /** Execs that wait for it. */
  waiting: number;
  /** Emits 'changed' with each change of these two. */
  readonly changes: EventEmitter;
  /** Execs whose start was forwarded, and is not known to be complete. */
  readonly starting: Set<StartingExec>;
  /** The running query of their states. */
  refresh: Promise<void> | null;
  /** `#followStarting` runs. */
  isFollowed: boolean;
}

/**
 * Makes the beginnings of copies and the starts of execs in a container mutually exclusive (A5). The engine
 * follows no symbolic link on a running container's mount, except in the beginning of a copy, which resolves
 * the container's own links. Meanwhile it must not look up an exec's user: it opens the container's
 * /etc/passwd by path, as root, and a container that replaces that file with a link would learn numbers from
 * a file of the machine.
 *
 * `locks` extends this to other gateways of the same engine. The copy that begins has the lock `beginning` of
 * its container (a write lock); a gateway has `execs` (a read lock) while execs of its own are being started,
 * which it begins only without such a copy.
 */
export class UserLookups {
  readonly #getExecState: GetExecState;
  readonly #locks: FileLocks;
  readonly #log: (line: string) => void;
  readonly #containers = new Map<string, ContainerLookups>();
  readonly #limit = pLimit(maxConcurrentQueries);

  constructor(getExecState: GetExecState, locks: FileLocks, log: (line: string) => void) {
    this.#getExecState = getExecState;
    this.#locks = locks;
    this.#log = log;
  }

  /**
   * Waits until no copy of `container` is in its beginning, and has later copies wait for the start of
   * `exec`. Resolves with a function to call when the engine has responded to the start, or never got it.
   * Throws ResponseReplacedError where the wait takes too long or too many execs are being started, and the
   * reason of `clientGone`.
   */
  async beforeExec(container: string, exec: string, clientGone?: AbortSignal): Promise<() => void> {
    const lookups = this.#lookupsOf(container);
    const limit = new AbortController();
    const timer = setTimeout(() => {
      limit.abort();
    }, unscaledLimits.execStart);
    const end = limit.signal;
    const signal = clientGone === undefined ? end : AbortSignal.any([end, clientGone]);
    const starting: StartingExec = { id: exec, isSettled: false };
    let isStarted = false;
    lookups.waiting++;
    try {
      while (!isStarted) isStarted = await this.#tryStart(container, lookups, starting, signal);
    } catch (error) {
      if (!end.aborted || clientGone?.aborted === true) throw error;
      throw busyError(container, 'files are being copied', 'nothing was run');
    } finally {
      clearTimeout(timer);
      lookups.waiting--;
      lookups.changes.emit('changed');
      this.#deleteIdle(container);
    }
    return () => {
      starting.isSettled = true;
      void this.#refresh(container).catch(() => undefined); // the next copy queries again
    };
  }

  /** Adds an exec to those that are being started; false where something was waited for before that. */
  async #tryStart(
    container: string,
    lookups: ContainerLookups,
    exec: StartingExec,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (lookups.isCopyBeginning) {
      await once(lookups.changes, 'changed', { signal });
      return false;
    }
    if (lookups.starting.size >= maxStarting) {
      await this.#refresh(container);
      if (lookups.starting.size >= maxStarting)
        throw busyError(container, 'too many commands are being started', 'nothing was run');
      return false;
    }
    // No other gateway's copy begins between these two, so nobody has the second one for itself.
    if (!this.#locks.tryLock('beginning', container, 'read')) {
      await delay(pollIntervalMs, undefined, { signal });
      return false;
    }
    this.#locks.tryLock('execs', container, 'read');
    this.#locks.unlock('beginning', container);
    lookups.starting.add(exec);
    this.#followStarting(container, lookups).catch((error: unknown) => {
      this.#log(`other gateways' copies in container ${container} may have to wait: ${String(error)}`);
    });
    return true;
  }

  /**
   * Waits until the engine looks up no user in `container`, and has later execs and copies wait until the
   * returned function is called. Throws ResponseReplacedError where a look-up takes too long, and the error
   * of a failed query.
   */
  async beforeCopy(container: string): Promise<() => void> {
    let lookups = this.#lookupsOf(container);
    // A waiting exec goes first: successive copies would starve it.
    while (lookups.waiting > 0 || lookups.isCopyBeginning) {
      await once(lookups.changes, 'changed');
      lookups = this.#lookupsOf(container);
    }
    const release = this.#beginCopy(container, lookups);
    const limit = startTimeLimit('userLookup');
    try {
      const wait = async (reason: string): Promise<void> => {
        if (limit.signal.aborted) throw busyError(container, reason, 'nothing was copied');
        await delay(pollIntervalMs);
      };
      while (!this.#locks.tryLock('beginning', container, 'write')) await wait('files are being copied');
      for (;;) {
        await this.#refresh(container);
        if (lookups.starting.size === 0 && !this.#locks.isHeldElsewhere('execs', container)) return release;
        await wait('a command is being started');
      }
    } catch (error) {
      release();
      throw error;
    } finally {
      limit.end();
    }
  }

  /** As `beforeCopy`, where no copy is in its beginning and no exec waits for one, or null; does not wait. */
  tryBeforeCopy(container: string): (() => void) | null {
    const lookups = this.#lookupsOf(container);
    if (lookups.waiting > 0 || lookups.isCopyBeginning) return null;
    if (!this.#locks.tryLock('beginning', container, 'write')) {
      this.#deleteIdle(container);
      return null;
    }
    return this.#beginCopy(container, lookups);
  }

  #beginCopy(container: string, lookups: ContainerLookups): () => void {
    lookups.isCopyBeginning = true;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#locks.unlock('beginning', container);
      lookups.isCopyBeginning = false;
      lookups.changes.emit('changed');
      this.#deleteIdle(container);
    };
  }

  /**
   * Queries the states of execs in their start for a copy by another gateway that waits for them: that one
   * knows only that there are some.
   */
  async #followStarting(container: string, lookups: ContainerLookups): Promise<void> {
    if (lookups.isFollowed) return;
    lookups.isFollowed = true;
    try {
      while (lookups.starting.size > 0) {
        await delay(this.#locks.hasOthers() ? pollIntervalMs : idlePollMs, undefined, { ref: false });
        if (this.#locks.isHeldElsewhere('beginning', container))
          await this.#refresh(container).catch(() => undefined);
      }
    } finally {
      lookups.isFollowed = false;
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
        if (state !== 'started' && (!isSettled || state === 'starting')) return;
        lookups.starting.delete(exec);
        if (lookups.starting.size === 0) this.#locks.unlock('execs', container);
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
    if (lookups === undefined || lookups.isCopyBeginning || lookups.waiting > 0) return;
    if (lookups.starting.size === 0) this.#containers.delete(container);
  }

  #lookupsOf(container: string): ContainerLookups {
    const existing = this.#containers.get(container);
    if (existing !== undefined) return existing;
    const created: ContainerLookups = {
      isCopyBeginning: false,
      waiting: 0,
      changes: new EventEmitter().setMaxListeners(0),
      starting: new Set(),
      refresh: null,
      isFollowed: false,
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
