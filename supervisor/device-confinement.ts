import { execFile } from 'node:child_process';
import { appendFile, mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import type { IsolationBackend } from '../engine/backends/backend.ts';
import { isWithin, parseMountinfo } from '../engine/base/mountinfo.ts';
import { message } from '../shared/messages/message.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';
import { cgroupName, cgroupRecord, removeDeviceCgroups } from '../engine/targets/embedded/device-cgroup.ts';

const run = promisify(execFile);

/**
 * dockerd opens files of images as root and without `nodev`: in BuildKit's FileOps and reads, and /etc/passwd
 * for `--user`. If such a file is a device node, it would read and write the machine's disks. So dockerd and
 * its children run in a cgroup whose processes can open only pseudo devices; containers have their own
 * cgroups elsewhere.
 */
export interface DeviceConfinement {
  /** The cgroup: a directory of v1's devices controller, or of v2. */
  readonly directory: string;
  /** The runtime, which creates and enters it (runtime/confine.c). */
  readonly program: string;
}

/** The command in front of a program that is to run confined; it keeps the process id. */
export function confinementText(confinement: DeviceConfinement | undefined): string[] {
  if (confinement === undefined) return [];
  return [confinement.program, '--bulkhead-confine-devices', confinement.directory, '--'];
}

/**
 * The directory of cgroup `name` below the process's own, from its /proc/self/mountinfo and
 * /proc/self/cgroup: in v1's devices controller if that is mounted, else in v2. Null if there is neither.
 * Pure.
 */
export function deviceCgroup(mountinfo: string, cgroups: string, name: string): string | null {
  const own = cgroups.split('\n').flatMap((line) => {
    const [, controllers, cgroup] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    return controllers === undefined || cgroup === undefined
      ? []
      : [{ controllers: controllers.split(','), cgroup }];
  });
  const mounts = parseMountinfo(mountinfo);
  const hierarchies = [
    {
      mounts: mounts.filter(({ type, options }) => type === 'cgroup' && options.includes('devices')),
      cgroup: own.find(({ controllers }) => controllers.includes('devices'))?.cgroup,
    },
    {
      mounts: mounts.filter(({ type }) => type === 'cgroup2'),
      cgroup: own.find(({ controllers }) => controllers[0] === '')?.cgroup,
    },
  ];
  for (const { mounts: candidates, cgroup } of hierarchies) {
    // A cgroup outside the process's cgroup namespace can't be accessed.
    if (cgroup === undefined || cgroup.split('/').includes('..')) continue;
    const mount = candidates.find(({ root }) => isWithin(cgroup, root));
    if (mount !== undefined) return path.join(mount.mountPoint, path.relative(mount.root, cgroup), name);
  }
  return null;
}

/**
 * Creates the devices cgroup of the engine at `paths` and tries it; `backends` contain the one that installs
 * the runtime. An error if this machine has no such cgroup, or root may not use it: the engine can run
 * without.
 */
export async function confineDevices(
  paths: RootPaths,
  backends: readonly IsolationBackend[],
): Promise<Result<DeviceConfinement, AppError>> {
  try {
    const program = paths.runtimeBinary;
    // Also if another backend is selected; an earlier version of the runtime may be installed.
    const installed = await backends
      .find((backend) => backend.runtimePath(paths) === program)
      ?.install(paths);
    if (installed?.ok === false) return unconfined(installed.error.reason ?? installed.error.message);
    const [mountinfo, cgroups] = await Promise.all(
      ['/proc/self/mountinfo', '/proc/self/cgroup'].map((file) => readFile(file, 'utf8')),
    );
    const directory = deviceCgroup(mountinfo ?? '', cgroups ?? '', cgroupName(paths));
    if (directory === null)
      return unconfined('no devices controller of cgroup v1 and no cgroup v2 is mounted');
    await removeDeviceCgroups(paths, directory);
    await mkdir(paths.run, { recursive: true, mode: 0o711 });
    await appendFile(cgroupRecord(paths), `${directory}\n`, { mode: 0o600 });
    const confinement = { directory, program };
    const [tool = '', ...args] = confinementText(confinement);
    await run(tool, args, { timeout: 10_000 });
    return ok(confinement);
  } catch (error) {
    const stderr = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
    return unconfined(stderr === '' ? String(error) : stderr);
  }
}

function unconfined(reason: string): Result<never, AppError> {
  return fail('isolation.requirement-missing', message('engine.device-nodes-not-denied'), {
    reason,
    hint: message('engine.run-with-cgroups'),
  });
}
