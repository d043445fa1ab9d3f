import { EventEmitter, once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { AnswerRefused } from '../http/exchange.ts';

/** How long a copy waits for execs that are being started, and how often it asks about them, ms. */
const waitMs = 10_000;
const askMs = 20;
/** Execs that are remembered before those which have started are forgotten. */
const maxRemembered = 64;

/** Whether the engine is past looking up the user of an exec: it runs, has ended, or is gone. */
export type HasStarted = (exec: string) => Promise<boolean>;

interface ContainerLookups {
  /** Copies that begin now. */
  copies: number;
  /** Execs that wait for these. */
  waiting: number;
  /** Execs whose start was let pass, as far as it is not known that they have started. */
  readonly starting: Set<string>;
  /** Emits 'changed' with each change of the two numbers. */
  readonly changes: EventEmitter;
}

/**
 * Keeps copies and starts of execs of one container apart (A5). The engine follows no symbolic link on a
 * running container's mount, but for the beginning of a copy, which goes by the container's own links. At
 * that time it must look up no exec's user: it opens the container's /etc/passwd by path, as root, and a
 * container that exchanges that file for a link would learn the numbers in a file of the machine's.
 */
export class UserLookups {
  readonly #hasStarted: HasStarted;
  readonly #containers = new Map<string, ContainerLookups>();
  #remembered = 0;

  constructor(hasStarted: HasStarted) {
    this.#hasStarted = hasStarted;
  }

  /**
   * Waits until no copy of `container` begins. `exec` is to be started then, and later copies wait for that.
   */
  async beforeExec(container: string, exec: string): Promise<void> {
    const lookups = this.#of(container);
    lookups.waiting++;
    while (lookups.copies > 0) await once(lookups.changes, 'changed');
    lookups.waiting--;
    lookups.changes.emit('changed');
    if (!lookups.starting.has(exec)) {
      lookups.starting.add(exec);
      this.#remembered++;
    }
    if (this.#remembered > maxRemembered)
      // asked again by who needs it
      for (const one of this.#containers.keys()) void this.#forgetStarted(one).catch(() => undefined);
  }

  /**
   * Waits until the engine looks up no user in `container`, and has later execs wait until the function that
   * is returned is called. Throws AnswerRefused where an exec does not get past its lookup in time, and what
   * asking about it threw.
   */
  async beforeCopy(container: string): Promise<() => void> {
    const lookups = this.#of(container);
    // An exec that waits goes first: copies one after another would keep it waiting for good.
    while (lookups.waiting > 0) await once(lookups.changes, 'changed');
    lookups.copies++;
    let isOver = false;
    const release = () => {
      if (isOver) return;
      isOver = true;
      lookups.copies--;
      lookups.changes.emit('changed');
      this.#forgetIdle(container);
    };
    try {
      const end = performance.now() + waitMs;
      while (!(await this.#forgetStarted(container))) {
        if (performance.now() > end)
          throw new AnswerRefused(
            409,
            `bulkhead gateway: a command is being started in container ${container.slice(0, 12)}, so nothing was copied; try again`,
          );
        await delay(askMs);
      }
    } catch (error) {
      release();
      throw error;
    }
    return release;
  }

  /** Whether no exec of `container` is being started any more. */
  async #forgetStarted(container: string): Promise<boolean> {
    const starting = this.#containers.get(container)?.starting ?? new Set();
    await Promise.all(
      [...starting].map(async (exec) => {
        if ((await this.#hasStarted(exec)) && starting.delete(exec)) this.#remembered--;
      }),
    );
    this.#forgetIdle(container);
    return starting.size === 0;
  }

  #forgetIdle(container: string): void {
    const lookups = this.#containers.get(container);
    if (lookups !== undefined && lookups.copies === 0 && lookups.waiting === 0 && lookups.starting.size === 0)
      this.#containers.delete(container);
  }

  #of(container: string): ContainerLookups {
    const known = this.#containers.get(container);
    if (known !== undefined) return known;
    const made: ContainerLookups = {
      copies: 0,
      waiting: 0,
      starting: new Set(),
      changes: new EventEmitter().setMaxListeners(0),
    };
    this.#containers.set(container, made);
    return made;
  }
}
