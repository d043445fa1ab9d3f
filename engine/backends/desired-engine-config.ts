import { chosenBackend, runtimeNameOf } from '../../shared/isolation/backends.ts';
import { readEnginePolicy } from '../base/engine-policy.ts';
import type { RootPaths } from '../base/root-paths.ts';
import type { DesiredEngineConfig } from '../daemon-json/daemon-json-conflicts.ts';
import { runtimePathOf } from './create-backends.ts';

/** What the settings on disk require of the engine's configuration. */
export async function desiredEngineConfig(paths: RootPaths): Promise<DesiredEngineConfig> {
  const { eci, backend } = await readEnginePolicy(paths);
  const chosen = chosenBackend(backend);
  return {
    eci,
    runtimeName: runtimeNameOf(chosen),
    runtimePath: runtimePathOf(chosen, paths),
  };
}
