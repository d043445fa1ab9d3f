import { engineAtRoot } from '../../../shared/targets/target-id.ts';
import { rootPaths } from '../../base/root-paths.ts';
import type { Target, TargetOptions } from '../../target.ts';
import { openGuardedTarget } from '../guarded/target.ts';
import { embeddedCapabilities } from './capabilities.ts';
import { createEmbeddedDriver } from './driver.ts';

/** Opens the engine under `root` (a directory that may not exist yet). Starts nothing. */
export function openTarget(root: string, options: TargetOptions): Target {
  const paths = rootPaths(root);
  return openGuardedTarget(
    {
      ref: engineAtRoot(paths.root),
      paths,
      capabilities: embeddedCapabilities,
      createDriver: (bulkheadCommand) => createEmbeddedDriver(paths, { bulkheadCommand }),
    },
    options,
  );
}

/**
 * Loads what is otherwise loaded at first use. For a process that runs for months: an upgrade may replace the
 * files before it needs them.
 */
export async function loadOperations(): Promise<void> {
  const [{ dockerClient }] = await Promise.all([
    import('../../base/docker-client.ts'),
    import('../guarded/operations.ts'),
    import('./operations.ts'),
  ]);
  // A bundle loads dockerode with its first client, which connects to nothing yet.
  dockerClient('/');
}
