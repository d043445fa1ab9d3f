import { randomBytes } from 'node:crypto';
import type { FileLocks } from '../base/file-locks.ts';

/**
 * Which connection started which build. A call of LLBBridge names its build, and has access to everything
 * that the build's client offers over its session: secrets, SSH agents, its context. Names of running builds
 * are in the build history, which every client may read.
 */

/** One connection's builds. */
export interface OwnBuilds {
  /** Records a build that the connection starts. False: another connection has a build of this name. */
  start(ref: string): boolean;
  end(ref: string): void;
  /** Whether a build of this name that the connection started is running. */
  isRunning(ref: string): boolean;
  /**
   * The token that identifies processes in the build's containers (shared/isolation/build-token.ts); null:
   * the connection has no such build.
   */
  token(ref: string): string | null;
  /**
   * Whether the connection started the build; waits a while, since calls for it may come before its `Solve`.
   */
  isStarted(ref: string): Promise<boolean>;
}

/** As long as BuildKit waits for a build that a call names. */
const waitMs = 3000;

/** The builds that were started through a gateway. */
export class StartedBuilds {
  /** Name of a running build → its connection. */
  readonly #owners = new Map<string, object>();
  readonly #locks: FileLocks | null;

  /** `locks`: by name, each running build's, for other gateways of the engine; null: there are none. */
  constructor(locks: FileLocks | null) {
    this.#locks = locks;
  }

  /** Tracks the builds of a new connection. */
  ofConnection(): OwnBuilds {
    const self = {};
    const own = new Map<string, { count: number; readonly token: string }>();
    const waiting = new Set<() => void>();
    return {
      start: (ref) => {
        if (!this.#acquire(ref, self)) return false;
        const build = own.get(ref) ?? { count: 0, token: randomBytes(16).toString('hex') };
        build.count++;
        own.set(ref, build);
        for (const check of [...waiting]) check();
        return true;
      },
      end: (ref) => {
        const build = own.get(ref);
        if (build === undefined || --build.count > 0) return;
        own.delete(ref);
        this.#owners.delete(ref);
        this.#locks?.unlock('build', ref);
      },
      isRunning: (ref) => own.has(ref),
      token: (ref) => own.get(ref)?.token ?? null,
      isStarted: (ref) => {
        if (own.has(ref)) return Promise.resolve(true);
        if (this.#isOwned(ref)) return Promise.resolve(false);
        return new Promise((resolve) => {
          const settle = (started: boolean) => {
            clearTimeout(timer);
            waiting.delete(check);
            resolve(started);
          };
          const check = () => {
            if (own.has(ref)) settle(true);
          };
          const timer = setTimeout(() => {
            settle(false);
          }, waitMs);
          timer.unref();
          waiting.add(check);
        });
      },
    };
  }

  /** Makes a connection a build's owner; false: another connection is, possibly one of another gateway. */
  #acquire(ref: string, connection: object): boolean {
    const owner = this.#owners.get(ref);
    if (owner !== undefined) return owner === connection;
    if (this.#locks?.tryLock('build', ref, 'write') === false) return false;
    this.#owners.set(ref, connection);
    return true;
  }

  #isOwned(ref: string): boolean {
    return this.#owners.has(ref) || this.#locks?.isHeldElsewhere('build', ref) === true;
  }
}
