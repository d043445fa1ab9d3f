import path from 'node:path';
import type { BackendId } from '../../shared/isolation/backends.ts';
import type { IsolationBackend } from './backend.ts';
import { exclusiveBackend } from './exclusive/backend.ts';
import { sysboxBackend } from './sysbox/backend.ts';

/** Every isolation backend, by its id: the only list of them. */
export type Backends = Readonly<Record<BackendId, IsolationBackend>>;

/** Creates the backends of a project or package whose programs are below `projectRoot`. */
export function createBackends(projectRoot: string): Backends {
  return {
    exclusive: exclusiveBackend({ runtimeBuildDir: path.join(projectRoot, 'runtime', 'build') }),
    sysbox: sysboxBackend(),
  };
}
