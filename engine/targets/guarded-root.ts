import { existsSync } from 'node:fs';
import { rootOf, type TargetRef } from '../../shared/targets/target-id.ts';
import { defaultRoot, rootPaths, systemInstallRecord, systemRoot } from '../base/root-paths.ts';

/** The root directory of a guarded engine; null for every other engine. */
export const guardedRootOf = (ref: TargetRef): string | null =>
  ref.kind === 'system' ? systemRoot : rootOf(ref);

/**
 * The root directory of the guarded engine that is meant where none is named: that of the machine's own
 * engine if the gateway is in front of it, or if that is the only engine; else for root the embedded engine's
 * usual one; else none, null.
 */
export function defaultGuardedRoot(uid: number | undefined): string | null {
  if (isMachineEngineDefault()) return systemRoot;
  return uid === 0 ? defaultRoot : null;
}

/** Where systemd finds units of packages and of the administrator. */
const unitDirectories = ['/etc/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system'];

/** Whether the machine's own engine is the default: it exists, and no embedded engine does. */
function isMachineEngineDefault(): boolean {
  if (existsSync(systemInstallRecord)) return true;
  const { state, settings } = rootPaths(defaultRoot);
  const units = unitDirectories.map((directory) => `${directory}/docker.service`);
  return existsSync('/run/systemd/system') && ![state, settings].some(existsSync) && units.some(existsSync);
}
