/**
 * How the runtime identifies who requests a process in a build's container. The gateway makes up a token for
 * every build that a client starts, and adds it to the environment of each process that this client asks for
 * in a container of that build. The planner takes it out before anything runs, so nobody else learns it, and
 * keeps its hash for the container. What is requested inside the daemon, by a frontend image, never passes
 * the gateway and has none.
 */
export const buildTokenVariable = 'BULKHEAD_BUILD_TOKEN';

/**
 * File in the directory `sharing` of the engine's root that the gateway keeps there while it enforces no
 * rules (audit mode, a preference that turns ECI off): processes without the token run then, too.
 */
export const buildsUnenforcedName = 'builds-unenforced';

/** The environment without the token, and the token: the last one, null where there is none. */
export function takeBuildToken(environment: readonly string[]): {
  readonly others: readonly string[];
  readonly token: string | null;
} {
  const beginning = `${buildTokenVariable}=`;
  const others = environment.filter((entry) => !entry.startsWith(beginning));
  const last = environment.findLast((entry) => entry.startsWith(beginning));
  return { others, token: last === undefined ? null : last.slice(beginning.length) };
}

/** The environment with that token, and no other. */
export function giveBuildToken(environment: readonly string[], token: string): readonly string[] {
  return [...takeBuildToken(environment).others, `${buildTokenVariable}=${token}`];
}
