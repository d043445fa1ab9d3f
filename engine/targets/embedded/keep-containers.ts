import { message } from '../../../shared/messages/message.ts';
import { ok } from '../../../shared/result.ts';
import type { ProcessIdentity } from '../../../shared/process/process-stat.ts';
import { exists } from '../../base/files.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { timeLimit } from '../../base/time-limits.ts';
import { startConfig } from '../../daemon-json/launch-config.ts';
import { reloadDockerd } from '../guarded/reload.ts';
import { isInSwarm, readLaunchedConfig, writeLaunchedConfig } from './launched-config.ts';

/**
 * Has a dockerd that is about to end leave its containers running: by a reload with live-restore, as at each
 * start. Best effort: if it refuses the reload, and in swarm mode, it stops its containers.
 */
export async function keepContainers(paths: RootPaths, dockerd: readonly ProcessIdentity[]): Promise<void> {
  const launched = await readLaunchedConfig(paths);
  if (launched === null || (await isInSwarm(paths)) || !(await exists(paths.engineSocket))) return;
  const written = await writeLaunchedConfig(paths, startConfig(launched));
  if (!written.ok) return;
  await reloadDockerd({
    engineSocket: paths.engineSocket,
    trigger: () => {
      for (const { pid } of dockerd) process.kill(pid, 'SIGHUP');
      return Promise.resolve(ok(undefined));
    },
    signal: AbortSignal.timeout(await timeLimit('leftoverEngineReload')),
    hint: message('engine.check-configuration'),
  }).catch(() => undefined);
}
