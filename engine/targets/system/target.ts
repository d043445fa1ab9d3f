import { rootPaths, systemRoot, withDataRoot } from '../../base/root-paths.ts';
import type { Target, TargetOptions } from '../../target.ts';
import { openGuardedTarget } from '../guarded/target.ts';
import { systemCapabilities } from './capabilities.ts';
import { createSystemDriver } from './driver.ts';
import { readInstallRecord } from './install-record.ts';

/** Whether a gateway of ours is installed in front of docker.service. */
export async function isSystemInstalled(): Promise<boolean> {
  return (await readInstallRecord(rootPaths(systemRoot)).catch(() => null)) !== null;
}

/** Opens the machine's own engine behind its gateway. Starts nothing. */
export async function openSystemTarget(options: TargetOptions): Promise<Target> {
  const usual = rootPaths(systemRoot);
  const record = await readInstallRecord(usual).catch(() => null);
  const paths = record === null ? usual : withDataRoot(usual, record.dataRoot);
  return openGuardedTarget(
    {
      ref: { kind: 'system' },
      paths,
      capabilities: systemCapabilities,
      createDriver: () => createSystemDriver(paths),
    },
    options,
  );
}
