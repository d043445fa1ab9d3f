import path from 'node:path';
import { procFilesDirectory } from '../engine/base/lxcfs-files.ts';
import { containerMounts, type RootPaths } from '../engine/base/root-paths.ts';
import { rangeOwnersDirectory } from './ranges/range-owner.ts';

/** The paths of one engine's planner; all absolute. */
export interface ExclusivePaths {
  /** The engine's root directory: identifies the engine in the machine-wide store. */
  readonly root: string;
  readonly socket: string;
  /** Held by the planner as long as it runs. */
  readonly lock: string;
  /** The installed runtime; the planner also unmounts through it. */
  readonly runtimeBinary: string;
  /** One state file per container, kept until it is released. */
  readonly containers: string;
  /** Machine-wide claims on id ranges, one file each: no two engines of a machine share a range (A3). */
  readonly ranges: string;
  /**
   * Machine-wide: the permanent owners of ranges (range-ledger.ts); and this engine's own record that the
   * directory existed.
   */
  readonly rangeOwners: { readonly directory: string; readonly mark: string | null };
  /** `containerMounts` of the engine. */
  readonly mounts: string;
  /** Our own device files, which are bound into containers. */
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
    mounts: containerMounts(paths),
    devices: path.join(paths.isolation, 'devices'),
    procFiles: procFilesDirectory(paths),
  };
}

/** Sockets that control the engine, present or not: never mounted into a container (B1). */
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
    // Other engines of the machine give the same control.
    '/run/podman/podman.sock',
    '/run/crio/crio.sock',
    '/run/k3s/containerd/containerd.sock',
    '/run/buildkit/buildkitd.sock',
    '/run/cri-dockerd.sock',
  ];
}

/**
 * Directories of which no part is mounted into a container: the shims' sockets, the runtime, the planner's
 * state.
 */
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
