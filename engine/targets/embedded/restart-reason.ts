import { capabilitiesOfRuntime } from '../../../shared/isolation/backends.ts';
import type { RestartReason } from '../../apply/driver.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import type { DesiredEngineConfig } from '../../daemon-json/daemon-json-conflicts.ts';
import { launchConfig, restartKeys } from '../../daemon-json/launch-config.ts';
import { readEngineState } from './engine-state.ts';
import { readLaunchedConfig } from './launched-config.ts';

/**
 * Why the running engine can't take `desired` by a reload, with `text` as its daemon.json (one that
 * `planEngineConfig` accepts). What this user may not read counts as unchanged: root checks again.
 */
export async function restartReason(
  paths: RootPaths,
  { runtimeName, runtimePath }: DesiredEngineConfig,
  text: string | null,
): Promise<RestartReason | null> {
  const prepared = (await readEngineState(paths))?.preparedRuntime ?? null;
  if (prepared !== runtimeName) {
    const isSwitchable = capabilitiesOfRuntime(runtimeName)?.switchedByReload === true;
    return { code: prepared === null && isSwitchable ? 'not-prepared' : 'build-runtime' };
  }
  const inForce = await readLaunchedConfig(paths);
  const keys =
    inForce === null
      ? []
      : restartKeys(inForce, launchConfig(text, { name: runtimeName, path: runtimePath }));
  return keys.length === 0 ? null : { code: 'keys', keys };
}
