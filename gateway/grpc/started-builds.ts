import { randomBytes } from 'node:crypto';

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

/** Name of a running build → its connection. */
const owners = new Map<string, object>();

/** Tracks the builds of a new connection. */
export function ownBuilds(): OwnBuilds {
  const self = {};
  const own = new Map<string, { count: number; readonly token: string }>();
  const waiting = new Set<() => void>();
  return {
    start(ref) {
      const owner = owners.get(ref);
      if (owner !== undefined && owner !== self) return false;
      owners.set(ref, self);
      const build = own.get(ref) ?? { count: 0, token: randomBytes(16).toString('hex') };
      build.count++;
      own.set(ref, build);
      for (const check of [...waiting]) check();
      return true;
    },
    end(ref) {
      const build = own.get(ref);
      if (build !== undefined && --build.count > 0) return;
      own.delete(ref);
      if (owners.get(ref) === self) owners.delete(ref);
    },
    token: (ref) => own.get(ref)?.token ?? null,
    isStarted(ref) {
      if (own.has(ref)) return Promise.resolve(true);
      // Another connection owns it.
      if (owners.has(ref)) return Promise.resolve(false);
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
