import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { DeviceConfinement } from '../../supervisor/device-confinement.ts';
import {
  ensureBridge,
  freeSubnet,
  startDockerd,
  type DockerdProcess,
  type DockerdSettings,
} from '../../supervisor/dockerd-process.ts';
import { removeBridge } from '../../engine/targets/embedded/engine-bridges.ts';
import { preferEngine } from './engine-priority.ts';
import type { Network } from './network.ts';
import { isChosen, withImageStore } from './test-engine.ts';

const run = promisify(execFile);

/**
 * A bare dockerd for one test file: own root, bridge and subnet. `docker(...)` runs the CLI against its
 * socket.
 */
export interface BareEngine {
  readonly root: string;
  readonly socket: string;
  readonly settings: DockerdSettings;
  readonly dockerd: DockerdProcess;
  /** Runs `docker …`, resolves with stdout; rejects with stderr in the message. */
  docker(...args: string[]): Promise<string>;
  stop(): Promise<void>;
}

export interface BareEngineOptions {
  /** Content of daemon.json. */
  readonly daemonJson?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** The engine's whole environment, in place of this process's. */
  readonly environment?: Readonly<Record<string, string>>;
  /** The cgroup in which it can open no devices of the machine (default: it can open any). */
  readonly confinement?: DeviceConfinement;
  /** Called with the new root before dockerd starts, for example to mount a file system at `data`. */
  readonly prepare?: (root: string) => Promise<void>;
  /** The network namespace of its bridge and its chains (default: this process's). */
  readonly network?: Network;
  /** Import busybox as `busybox:latest` (default true). */
  readonly busybox?: boolean;
}

/** `docker …` against a socket. */
export async function docker(socket: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('docker', ['-H', `unix://${socket}`, ...args], {
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout;
}

/**
 * Starts a dockerd of its own; needs root and Debian's docker.io. Always pair with `stop()`, also after a
 * failed test.
 */
export async function startBareEngine(options: BareEngineOptions = {}): Promise<BareEngine> {
  // Short path: containerd's socket below it must stay under the kernel's 107 bytes.
  const root = await mkdtemp('/tmp/bh-');
  const name = path.basename(root).replace(/[^A-Za-z0-9]/g, '');
  const configFile = path.join(root, 'daemon.json');
  await writeFile(configFile, JSON.stringify(withImageStore(options.daemonJson ?? {})));
  const programs = path.join(root, 'programs');
  // Not by the seed of random tests: engines that start at the same time, here or in another run on this
  // machine, would all begin at one subnet, and see too late that it is taken.
  // Networks that tests name themselves lie outside what it chooses from.
  const subnet = await freeSubnet(Math.floor(Math.random() * 150));
  const settings: DockerdSettings = {
    dataRoot: path.join(root, 'data'),
    execRoot: path.join(root, 'exec'),
    socket: path.join(root, 'engine.sock'),
    configFile,
    logFile: path.join(root, 'dockerd.log'),
    bridge: `bt${name}`.slice(0, 15),
    subnet,
    ...(options.env || options.network
      ? {
          env: {
            ...options.env,
            ...(options.network
              ? { PATH: `${programs}:${process.env['PATH'] ?? '/usr/sbin:/usr/bin:/sbin:/bin'}` }
              : {}),
          },
        }
      : {}),
    ...(options.environment ? { environment: options.environment } : {}),
    ...(options.confinement ? { confinement: options.confinement } : {}),
  };
  if (options.network === undefined) await ensureBridge(settings.bridge, subnet);
  else await enterNetwork(options.network, settings);
  await options.prepare?.(root);
  let dockerd: DockerdProcess | null = null;
  const stop = async () => {
    // Through its child process: it may have ended, and its pid may be another process's by now.
    dockerd?.child.kill('SIGTERM');
    await dockerd?.exited;
    await removeBridge(settings.bridge);
    await removeEngineRoot(root);
  };
  try {
    dockerd = await startDockerd(settings, {
      onSpawned: (spawned) => {
        dockerd = spawned;
      },
    });
    await preferEngine(dockerd.pid);
    if (isChosen) console.log(await describeEngine(settings.socket));
    if (options.busybox !== false) await importBusybox(settings.socket);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    root,
    socket: settings.socket,
    settings,
    dockerd,
    docker: (...args) => docker(settings.socket, ...args),
    stop,
  };
}

/** What really runs, for scripts/test-matrix.mjs: it believes no variable. */
async function describeEngine(socket: string): Promise<string> {
  const versions = await docker(socket, 'version', '-f', '{{.Server.Version}} {{.Client.Version}}');
  const driver = await docker(socket, 'info', '-f', '{{.Driver}}');
  return `engine under test: ${versions.trim()} ${driver.trim()}`;
}

/**
 * Creates the engine's bridge in `network`, and a `dockerd` that runs there, in the first directory of its
 * PATH.
 */
async function enterNetwork(
  { enter: [nsenter = '', ...args] }: Network,
  { bridge, subnet, env }: DockerdSettings,
): Promise<void> {
  const programs = env?.['PATH']?.split(':', 1)[0] ?? '';
  const { stdout: dockerd } = await run('sh', ['-c', 'command -v dockerd']);
  await mkdir(programs);
  await writeFile(
    path.join(programs, 'dockerd'),
    `#!/bin/sh\nexec ${[nsenter, ...args].join(' ')} ${dockerd.trim()} "$@"\n`,
  );
  await chmod(path.join(programs, 'dockerd'), 0o755);
  for (const line of [
    `link add name ${bridge} type bridge`,
    `address replace 10.${subnet.octet}.0.1/24 dev ${bridge}`,
    `link set dev ${bridge} up`,
  ])
    await run(nsenter, [...args, 'ip', ...line.split(' ')]);
}

/**
 * Creates an image from Debian's busybox-static, since no registry is reachable. Installs applet links,
 * /etc/passwd and an entry in PATH.
 */
export async function importBusybox(socket: string, tag = 'busybox:latest'): Promise<void> {
  const script = `set -e
d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
mkdir -p "$d/bin" "$d/etc" "$d/tmp" "$d/root" "$d/proc" "$d/sys" "$d/dev" "$d/home"; chmod 1777 "$d/tmp"
cp "$(command -v busybox)" "$d/bin/busybox"
for a in $("$d/bin/busybox" --list); do [ "$a" = busybox ] || ln -s busybox "$d/bin/$a"; done
echo root:x:0:0:root:/root:/bin/sh > "$d/etc/passwd"
echo nobody:x:65534:65534:nobody:/:/bin/false >> "$d/etc/passwd"
echo root:x:0: > "$d/etc/group"; echo nogroup:x:65534: >> "$d/etc/group"
tar -C "$d" -c . | docker -H "unix://$1" import -c 'CMD ["sh"]' -c 'ENV PATH=/bin' - "$2" >/dev/null`;
  await run('sh', ['-c', script, 'sh', socket, tag]);
}

/**
 * Mounts a new file system of `type` at `<root>/data`, 2 GB in a sparse file: one of the types on which an
 * engine's data may be. Removed with the root.
 */
export async function mountDataFileSystem(root: string, type: 'btrfs' | 'xfs'): Promise<void> {
  const disk = path.join(root, 'disk');
  await mkdir(path.join(root, 'data'), { mode: 0o710 });
  await run('truncate', ['-s', '2G', disk]);
  await run(`mkfs.${type}`, ['-q', disk]);
  await run('mount', ['-o', 'loop', disk, path.join(root, 'data')]);
}

/**
 * Unmounts everything below `root`, deepest first, then deletes it. Refuses to delete while anything is
 * mounted there.
 */
export async function removeEngineRoot(root: string): Promise<void> {
  if (!/^\/tmp\/bh-[A-Za-z0-9]+$/.test(root)) throw new Error(`not a test engine's root: ${root}`);
  for (let attempt = 0; attempt < 5; attempt++) {
    const mounts = (await mountsBelow(root)).sort((a, b) => b.length - a.length);
    if (mounts.length === 0) break;
    for (const mount of mounts) await run('umount', ['-l', mount]).catch(() => undefined);
  }
  const left = await mountsBelow(root);
  if (left.length > 0) throw new Error(`still mounted below ${root}: ${left.join(', ')}`);
  await rm(root, { recursive: true, force: true, maxRetries: 3 });
  await rmdir(root).catch(() => undefined);
  await readdir(root).then(
    () => {
      throw new Error(`could not delete ${root}`);
    },
    () => undefined,
  );
}

/** The mounts at or below `root`. */
export async function mountsBelow(root: string): Promise<string[]> {
  const info = await readFile('/proc/self/mountinfo', 'utf8');
  return info
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((mount) => mount === root || mount.startsWith(`${root}/`));
}
