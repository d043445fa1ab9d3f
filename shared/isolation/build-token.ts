/**
 * How the runtime identifies who requests a process in a build container. The gateway generates a token for
 * every build that a client starts, and adds it to the environment of each process that this client requests
 * in a container of that build. The planner removes it before anything runs, so that nobody else can read it,
 * and records its hash for the container. A process requested inside the daemon, by a frontend image, never
 * passes the gateway and has no token.
 */
export const buildTokenVariable = 'BULKHEAD_BUILD_TOKEN';

/**
 * File in the directory `sharing` of the engine's root that exists while the gateway enforces no rules (audit
 * mode, a preference that turns ECI off): processes without the token are allowed then, too.
 */
export const buildsUnenforcedName = 'builds-unenforced';

/** The environment without the token, and the token: the last one, null if there is none. */
export function takeBuildToken(environment: readonly string[]): {
  readonly others: readonly string[];
  readonly token: string | null;
} {
  const beginning = `${buildTokenVariable}=`;
  const others = environment.filter((entry) => !entry.startsWith(beginning));
  const last = environment.findLast((entry) => entry.startsWith(beginning));
  return { others, token: last === undefined ? null : last.slice(beginning.length) };
}

/** The environment with that token as the only one. */
export function giveBuildToken(environment: readonly string[], token: string): readonly string[] {
  return [...takeBuildToken(environment).others, `${buildTokenVariable}=${token}`];
}
