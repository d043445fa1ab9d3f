import path from 'node:path';
import type { RootPaths } from '../engine/base/root-paths.ts';
import { rangeOwnersDirectory } from './ranges/range-owner.ts';

/** Where the planner of one engine keeps what; all absolute. */
export interface ExclusivePaths {
  /** The engine's root: owner of ranges in the machine-wide store. */
  readonly root: string;
  readonly socket: string;
  /** Held by the planner as long as it lives. */
  readonly lock: string;
  /** The installed runtime; also does the planner's own unmounting. */
  readonly runtimeBinary: string;
  /** State per container, one file each, kept until it is released. */
  readonly containers: string;
  /**
   * Machine-wide claims on id ranges, one file each: several engines on one machine never share a range (A3).
   */
  readonly ranges: string;
  /**
   * Machine-wide: whose which range is, across boots (range-ledger.ts); and a file of this engine that says
   * that it was there.
   */
  readonly rangeOwners: { readonly directory: string; readonly mark: string | null };
  /**
   * Where runc finds a container's mounts, in a mount namespace of its own; an empty directory for everybody
   * else. Under /run, not under the root: a container's root must be able to traverse to it, whatever the
   * mode of the directories above the engine's root.
   */
  readonly mounts: string;
  /** Device files of our own, which containers get binds of. */
  readonly devices: string;
  /** Where lxcfs serves the emulated files of /proc, while it runs (A10). */
  readonly procFiles: string;
}

export function exclusivePaths(paths: RootPaths): ExclusivePaths {
  const machine = path.dirname(paths.run);
  return {
    root: paths.root,
    socket: paths.plannerSocket,
    lock: path.join(paths.isolation, 'planner.lock'),
    runtimeBinary: paths.runtimeBinary,
    containers: path.join(paths.isolation, 'containers'),
    ranges: path.join(machine, 'ranges'),
    rangeOwners: { directory: rangeOwnersDirectory, mark: path.join(paths.isolation, 'range-owners-made') },
    mounts: path.join(machine, 'mounts', paths.id),
    devices: path.join(paths.isolation, 'devices'),
    procFiles: path.join(paths.run, 'lxcfs/shared/files/proc'),
  };
}

/** Sockets that give power over the engine, present or not: never mounted into a container (B1). */
export function engineSockets(paths: RootPaths): string[] {
  const containerd = (directory: string) =>
    ['containerd.sock', 'containerd.sock.ttrpc', 'containerd-debug.sock'].map((name) =>
      path.join(directory, name),
    );
  return [
    paths.clientSocket,
    paths.engineSocket,
    paths.plannerSocket,
    paths.controlSocket,
    ...containerd(path.join(paths.run, 'containerd')),
    '/run/docker.sock',
    '/var/run/docker.sock',
    ...containerd('/run/containerd'),
    '/run/bulkhead/engine.sock',
    // Other engines of the machine give the same power.
    '/run/podman/podman.sock',
    '/run/crio/crio.sock',
    '/run/k3s/containerd/containerd.sock',
    '/run/buildkit/buildkitd.sock',
    '/run/cri-dockerd.sock',
  ];
}

/** Directories of which no part goes into a container: shims' sockets, the runtime, the planner's state. */
export function engineDirectories(paths: RootPaths): string[] {
  const own = exclusivePaths(paths);
  return [
    path.join(paths.run, 'containerd'),
    '/run/containerd',
    paths.runtimeDir,
    paths.isolation,
    paths.sockets,
    paths.sharing,
    own.ranges,
    own.mounts,
  ];
}
