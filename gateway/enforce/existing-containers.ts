import { readFile } from 'node:fs/promises';
import type { ContainerFacts } from '../engine-api/engine-facts.ts';
import { systemCode } from '../../shared/process/system-code.ts';

export interface ProtectionOptions {
  readonly runtime: string;
  readonly requireUserNamespace: boolean;
}

/**
 * Whether a container is under ECI: made with the isolation runtime and, while it runs, in a user namespace
 * that does not start at host id 0. The runtime's name alone is no proof: the engine's configuration may have
 * changed since.
 */
export async function isProtected(container: ContainerFacts, options: ProtectionOptions): Promise<boolean> {
  if (container.runtime !== options.runtime) return false;
  if (!options.requireUserNamespace || !container.running || container.pid <= 0) return true;
  try {
    const map = await readFile(`/proc/${container.pid}/uid_map`, 'utf8');
    const first = map.trim().split(/\s+/);
    return first[0] === '0' && first[1] !== undefined && first[1] !== '0';
  } catch (error) {
    // It has ended: nothing runs that could be unprotected.
    return ['ENOENT', 'ESRCH'].includes(systemCode(error));
  }
}
