import path from 'node:path';
import type { ProcessIdentity } from '../../../shared/process/process-stat.ts';
import { lxcfsDirectory } from '../../base/lxcfs-files.ts';
import type { RunningProcess } from '../../base/process-identity.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import type { EngineState } from './engine-state.ts';

/** The socket of the engine's own containerd, which its shims have in their command lines. */
export const containerdSocket = (paths: RootPaths): string =>
  path.join(paths.run, 'containerd/containerd.sock');

/** The configuration of that containerd, which it has in its command line. */
export const containerdConfigFile = (paths: RootPaths): string =>
  path.join(paths.run, 'containerd/containerd.toml');

/** Running processes of an engine, by kind. */
export interface Leftovers {
  readonly dockerd: ProcessIdentity[];
  readonly containerd: ProcessIdentity[];
  readonly gateway: ProcessIdentity[];
  readonly planner: ProcessIdentity[];
  readonly lxcfs: ProcessIdentity[];
  readonly shims: ProcessIdentity[];
  /** Shims of this engine's containers under the machine's own containerd, which earlier versions used. */
  readonly foreignShims: ProcessIdentity[];
}

/**
 * Which of this machine's processes belong to this engine: by a path in their command line that no other
 * engine has, by the identity (pid, start time, boot) in the state file, or by the id of one of its
 * `containers`. Pure.
 */
export function findLeftovers(
  processes: readonly RunningProcess[],
  paths: RootPaths,
  state: Pick<EngineState, 'dockerd' | 'gateway' | 'planner'> | null,
  self: number,
  containers: ReadonlySet<string> = new Set(),
): Leftovers {
  const has = (p: RunningProcess, flag: string, value: string) =>
    p.args.some((arg, i) => (arg === flag && p.args[i + 1] === value) || arg === `${flag}=${value}`);
  const recorded = (p: RunningProcess, identity: ProcessIdentity | null | undefined) =>
    identity != null && identity.pid === p.pid && identity.started === p.started && identity.boot === p.boot;
  const program = (p: RunningProcess) => path.basename(p.args[0] ?? '');
  const isShim = (p: RunningProcess) => program(p).startsWith('containerd-shim');
  const valueOf = (p: RunningProcess, flag: string) =>
    p.args.includes(flag) ? p.args[p.args.indexOf(flag) + 1] : undefined;
  // A user's own process, or a container's, may have any name.
  const others = processes.filter((p) => p.pid !== self && p.isRootProcess);
  return {
    dockerd: others.filter(
      (p) => recorded(p, state?.dockerd) || (program(p) === 'dockerd' && has(p, '--exec-root', paths.run)),
    ),
    containerd: others.filter(
      (p) => program(p) === 'containerd' && has(p, '--config', containerdConfigFile(paths)),
    ),
    gateway: others.filter(
      (p) =>
        recorded(p, state?.gateway) ||
        (p.args.includes('gateway') && has(p, '--listen', `unix://${paths.clientSocket}`)),
    ),
    planner: others.filter(
      (p) => recorded(p, state?.planner) || (p.args.includes('planner') && has(p, '--root', paths.root)),
    ),
    lxcfs: others.filter(
      (p) => program(p) === 'lxcfs' && p.args.some((arg) => arg.startsWith(`${lxcfsDirectory(paths)}/`)),
    ),
    shims: others.filter((p) => isShim(p) && has(p, '-address', containerdSocket(paths))),
    foreignShims: others.filter(
      (p) =>
        isShim(p) && !has(p, '-address', containerdSocket(paths)) && containers.has(valueOf(p, '-id') ?? ''),
    ),
  };
}
