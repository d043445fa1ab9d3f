/**
 * Which connection started which build. A call of LLBBridge names the build it belongs to, and is answered with
 * all that the build's client offers over its session: secrets, SSH agents, its context. Names of running builds are
 * in the build history, which every client may read.
 */

/** One connection's builds. */
export interface OwnBuilds {
  /** Takes note of a build that the connection starts. False: one of that name is another connection's. */
  start(ref: string): boolean;
  end(ref: string): void;
  /** Whether the connection started the build; waits a while, since calls for it may come before its `Solve`. */
  isStarted(ref: string): Promise<boolean>;
}

/** As long as BuildKit waits for a build that a call names. */
const waitMs = 3000;

/** Name of a running build → its connection. */
const owners = new Map<string, object>();

/** The builds of a connection that is taken over just now. */
export function ownBuilds(): OwnBuilds {
  const self = {};
  const counts = new Map<string, number>();
  const waiting = new Set<() => void>();
  return {
    start(ref) {
      const owner = owners.get(ref);
      if (owner !== undefined && owner !== self) return false;
      owners.set(ref, self);
      counts.set(ref, (counts.get(ref) ?? 0) + 1);
      for (const look of [...waiting]) look();
      return true;
    },
    end(ref) {
      const left = (counts.get(ref) ?? 0) - 1;
      if (left > 0) { counts.set(ref, left); return; }
      counts.delete(ref);
      if (owners.get(ref) === self) owners.delete(ref);
    },
    isStarted(ref) {
      if (counts.has(ref)) return Promise.resolve(true);
      // It has an owner, and he is another.
      if (owners.has(ref)) return Promise.resolve(false);
      return new Promise((resolve) => {
        const settle = (started: boolean) => { clearTimeout(timer); waiting.delete(look); resolve(started); };
        const look = () => { if (counts.has(ref)) settle(true); };
        const timer = setTimeout(() => { settle(false); }, waitMs);
        timer.unref();
        waiting.add(look);
      });
    },
  };
}
