import { mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import type { RecreatePorts } from '../../engine/recreate/recreate-ports.ts';
import { dockerClientAs, root } from '../../engine/base/docker-client-as.ts';
import { dockerClient } from '../../engine/base/docker-client.ts';
import { rootPaths } from '../../engine/base/root-paths.ts';

/** The environment of a recreation in a test: plain data, so that it can be passed to a process. */
export interface RecreateSetup {
  readonly root: string;
  readonly clients: string;
  readonly engine: string;
  readonly graceMs: number;
}

/** Ports that use a guarded engine's two sockets, with a root of their own for journal and lock. */
export function recreatePorts(setup: RecreateSetup, more: Partial<RecreatePorts> = {}): RecreatePorts {
  return {
    paths: rootPaths(setup.root),
    userFor: () => Promise.resolve(root),
    clients: (user) => dockerClientAs(setup.clients, user),
    engine: dockerClient(setup.engine),
    graceMs: setup.graceMs,
    protection: () => Promise.resolve({ eci: true, runtimeName: 'bulkhead' }),
    ...more,
  };
}

/** A directory for `root`, below `directory`. */
export const recreateRoot = (directory: string): Promise<string> =>
  mkdtemp(path.join(directory, 'recreate-'));
