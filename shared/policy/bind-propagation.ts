import type { Json } from './json.ts';
import { textsAt } from './shape.ts';

// With `shared` and `rshared`, what a container mounts in a directory of the machine would appear on the
// machine (A8). A container that may not mount gets `slave` or `rslave`, which is the same for it: what the
// machine mounts there appears in it. Whoever may mount would miss something, and is refused.

const slaveOf: ReadonlyMap<string, string> = new Map([
  ['shared', 'slave'],
  ['rshared', 'rslave'],
]);

/** Whether mounts are to appear on the machine. */
export const isSharedPropagation = (propagation: string): boolean => slaveOf.has(propagation);

/** What a container gets for a propagation; null where that is refused. */
export function grantedPropagation(propagation: string, host: ReadonlyMap<string, Json>): string | null {
  const slave = slaveOf.get(propagation);
  if (slave === undefined) return propagation;
  return mayMount(host) ? null : slave;
}

/** Whether a container with this `HostConfig` gets CAP_SYS_ADMIN, or might. */
export function mayMount(host: ReadonlyMap<string, Json>): boolean {
  return host.get('Privileged') === true || textsAt(host, 'CapAdd').some((name) => !isLesser.test(name));
}

/** Names of capabilities other than ALL and SYS_ADMIN, in plain letters. */
const isLesser = /^(?!(?:CAP_)?(?:ALL|SYS_ADMIN)$)[A-Z_]+$/i;
