import path from 'node:path';
import type { BackendId } from '../../shared/isolation/backends.ts';
import type { RootPaths } from '../base/root-paths.ts';
import type { IsolationBackend } from './backend.ts';
import { exclusiveBackend, exclusiveRuntimePath } from './exclusive/backend.ts';
import { sysboxBackend, sysboxRuntimePath } from './sysbox/backend.ts';

/** Every isolation backend, by its id: the only list of them. */
export type Backends = Readonly<Record<BackendId, IsolationBackend>>;

/** Creates the backends of a project or package whose programs are below `projectRoot`. */
export function createBackends(projectRoot: string): Backends {
  return {
    exclusive: exclusiveBackend({ runtimeBuildDir: path.join(projectRoot, 'runtime', 'build') }),
    sysbox: sysboxBackend(),
  };
}

const runtimePaths: Readonly<Record<BackendId, (paths: RootPaths) => string>> = {
  exclusive: exclusiveRuntimePath,
  sysbox: () => sysboxRuntimePath,
};

/** The path that dockerd registers as a backend's runtime, known without the programs of a project. */
export const runtimePathOf = (backend: BackendId, paths: RootPaths): string => runtimePaths[backend](paths);
