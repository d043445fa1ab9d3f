import { execFile } from 'node:child_process';
import { watch } from 'node:fs';
import { access, chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { dockerClient } from '../../engine/base/docker-client.ts';
import {
  desktopLocations,
  type DesktopLocations,
  type DesktopPlatform,
} from '../../engine/targets/docker-desktop/locations.ts';
import { thisHost, type DesktopHost } from '../../engine/targets/docker-desktop/host.ts';
import type { DesktopEngine } from './desktop-engines.ts';
import { windowsRights } from './windows-rights.ts';

export interface FakeDesktopOptions {
  readonly platform: DesktopPlatform;
  readonly version?: string;
  readonly engine: DesktopEngine;
  /**
   * Why a start under this file fails, as Docker Desktop reports it; null: it starts. Default: it must be
   * JSON without a byte order mark.
   */
  readonly refuses?: (settings: string) => string | null;
  readonly runtimeName?: string;
  readonly elevated?: boolean;
  /** The programs that are not installed. */
  readonly without?: readonly string[];
}

export interface FakeDesktop {
  readonly host: DesktopHost;
  readonly directory: string;
  /** Windows: sets the owner of a directory, or its access rights (SDDL). */
  setRights(directory: string, sddl: string): Promise<void>;
  /** Every call of a fake program: its name on the platform, and its arguments. */
  calls(): Promise<string[]>;
  end(): Promise<void>;
}

/**
 * A fake installation of Docker Desktop of any platform, below one directory: its paths, and programs
 * that are scripts, called like the real ones. It reads the administrator's file when it starts, and quits
 * and starts its engine. It is not Docker Desktop, and proves nothing about a real one.
 */
export async function fakeDockerDesktop(options: FakeDesktopOptions): Promise<FakeDesktop> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'bh-dd-'));
  const home =
    options.platform === 'win32'
      ? 'C:\\Users\\sam'
      : options.platform === 'darwin'
        ? '/Users/sam'
        : '/home/sam';
  /** The path below the directory for a path of that platform. */
  const here = (place: string): string =>
    path.join(
      directory,
      place
        .replace(/^\\\\\.\\/, '')
        .replace(/^([A-Z]):/, '$1')
        .replaceAll('\\', '/'),
    );
  const there = desktopLocations({ platform: options.platform, home, env: {} });
  const locations = Object.fromEntries(
    Object.entries(there).map(([name, place]: [string, string | readonly string[]]) => [
      name,
      typeof place === 'string' ? here(place) : place.map(here),
    ]),
  ) as unknown as DesktopLocations; // the same keys
  const [socket = ''] = locations.sockets;
  /**
   * Exists while its processes run: also while it shows an error, and for a moment after its engine has
   * ended.
   */
  const running = path.join(directory, 'running');
  const answering = path.join(directory, 'answering');
  const wanted = path.join(directory, 'wanted');
  const log = path.join(directory, 'calls.log');
  const real = thisHost();
  if (real === null) throw new Error('no host');

  const write = async (file: string, text: string, mode = 0o644) => {
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    await chmod(file, mode);
  };
  await write(wanted, '');
  for (const file of [
    socket,
    ...locations.backendErrors,
    ...(options.platform === 'win32' ? [path.dirname(locations.state)] : []),
  ])
    await mkdir(path.dirname(file), { recursive: true });
  const version = options.version ?? '4.41.2';
  const [versions = ''] = locations.versions;
  await write(
    versions,
    options.platform === 'darwin'
      ? `<plist><dict><key>CFBundleShortVersionString</key>\n<string>${version}</string></dict></plist>`
      : JSON.stringify({ appVersion: version }),
  );
  const program = (place: string, does: string) =>
    options.without?.includes(place) === true
      ? Promise.resolve()
      : write(
          here(place),
          `#!/bin/sh
# A fake for tests: not Docker Desktop.
note() { printf '%s' '${place}' >> '${log}'; printf ' %s' "$@" >> '${log}'; printf '\\n' >> '${log}'; }
gone() { while [ -e '${running}' ]; do sleep 0.02; done; }
quit() { echo quit > '${wanted}'; }
open() { echo start > '${wanted}'; }
${does}
`,
          0o755,
        );
  // Its command line sends a request to its backend, which does not exist after a failed start.
  const byDesktop =
    `note "$@"; case "$1 $2" in "desktop stop") [ -e '${answering}' ] || ` +
    `{ echo 'Docker Desktop is unable to stop' >&2; exit 1; }; quit; gone;; "desktop start") open;; ` +
    '*) exit 64;; esac';
  const pgrep: [string, string] = ['/usr/bin/pgrep', `[ -e '${running}' ]`];
  const scripts: Record<DesktopPlatform, [string, string][]> = {
    darwin: [
      [there.dockerCommands[0] ?? '', byDesktop],
      ['/usr/bin/osascript', 'note "$@"; quit'],
      ['/usr/bin/open', 'note "$@"; open'],
      pgrep,
    ],
    linux: [
      [there.dockerCommands[0] ?? '', byDesktop],
      ['/usr/bin/systemctl', 'note "$@"; case "$2" in stop) quit; gone;; start) open;; *) exit 64;; esac'],
      pgrep,
    ],
    win32: [
      [there.dockerCommands[0] ?? '', byDesktop],
      ['C:\\Program Files\\Docker\\Docker\\DockerCli.exe', 'note "$@"; quit'],
      ['C:\\Windows\\explorer.exe', 'note "$@"; open'],
      ...windowsRights(directory),
      [
        'C:\\Windows\\System32\\tasklist.exe',
        `echo '"System","4","Services","0","144 K"'; [ ! -e '${running}' ] || ` +
          `echo '"Docker Desktop.exe","1234","Console","1","120,144 K"'`,
      ],
    ],
  };
  for (const [place, does] of scripts[options.platform]) await program(place, does);
  await write(here(there.programs[0] ?? ''), 'fake');

  const refuses =
    options.refuses ??
    ((text: string) => {
      try {
        JSON.parse(text);
        return null;
      } catch (error) {
        return (
          'initializing backend: invalid admin configuration: reading admin settings file: parsing JSON: ' +
          (error instanceof Error ? error.message : '')
        );
      }
    });
  const problems: unknown[] = [];
  const isThere = (file: string) =>
    access(file).then(
      () => true,
      () => false,
    );
  const stopEngine = async (): Promise<void> => {
    if (await isThere(answering)) await options.engine.stop(socket);
    await rm(answering, { force: true });
  };
  const act = async (): Promise<void> => {
    const want = (await readFile(wanted, 'utf8')).trim();
    if (want === '') return;
    await writeFile(wanted, '');
    if (want === 'quit') {
      await stopEngine();
      // The engine ends first, the program a while later.
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
      await rm(running, { force: true });
      return;
    }
    // Opening a running one only brings its window to the front.
    if (await isThere(running)) return;
    for (const file of locations.backendErrors) await rm(file, { force: true });
    const settings = await readFile(locations.settings, 'utf8').catch(() => null);
    const why = settings === null ? null : refuses(settings);
    await writeFile(running, '');
    // It keeps running with its error.
    if (why !== null) {
      await writeFile(locations.backendErrors[0] ?? '', JSON.stringify({ type: 'error', description: why }));
      return;
    }
    await writeFile(answering, '');
    await options.engine.start(settings, socket);
  };
  let queue: Promise<unknown> = Promise.resolve();
  const watcher = watch(directory, (_event, name) => {
    if (name === 'wanted')
      queue = queue.then(act).catch((error: unknown) => {
        problems.push(error);
      });
  });

  const exec = (
    place: string,
    args: readonly string[],
    timeout: number,
  ): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    new Promise((resolve) => {
      const file = place.startsWith(directory) ? place : here(place);
      execFile(file, [...args], { timeout }, (error, stdout, stderr) => {
        resolve({
          code: error === null ? 0 : typeof error.code === 'number' ? error.code : null,
          stdout,
          stderr: stderr || (error === null ? '' : error.message),
        });
      });
    });
  const host: DesktopHost = {
    ...real,
    platform: options.platform,
    home,
    env: {},
    locations,
    user: null,
    runtimeName: options.runtimeName ?? 'sysbox-runc',
    read: (file) => readFile(file, 'utf8').catch(() => null),
    changedAt: (file) =>
      stat(file).then(
        (info) => info.mtimeMs,
        () => null,
      ),
    run: (place, args, call = {}) => exec(place, args, call.timeoutMs ?? 30_000),
    launch: async (place, args) => (await exec(place, args, 30_000)).code === 0,
    elevated: () => Promise.resolve(options.elevated ?? true),
    docker: dockerClient,
    // A second of theirs is 20 ms here, so that tests do not wait.
    wait: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, Math.min(ms, 20));
      }),
  };
  return {
    host,
    directory,
    setRights: async (place, sddl) => {
      await write(path.join(directory, 'rights', String((await stat(place)).ino)), `${sddl}\n`);
    },
    calls: async () =>
      (await readFile(log, 'utf8').catch(() => '')).split('\n').filter((line) => line !== ''),
    async end() {
      watcher.close();
      await queue;
      await stopEngine();
      await rm(directory, { recursive: true, force: true });
      if (problems[0] !== undefined)
        throw problems[0] instanceof Error ? problems[0] : new Error(String(problems[0]));
    },
  };
}
