import { execFile } from 'node:child_process';
import { access, constants, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { sysboxBackendCapabilities } from '../../../shared/isolation/backends.ts';
import { requirement, type Requirement } from '../../../shared/isolation/requirements.ts';
import { fail, ok } from '../../../shared/result.ts';
import type { IsolationBackend } from '../backend.ts';
import { joinMessages } from '../../../shared/messages/join-messages.ts';
import { message, type Message } from '../../../shared/messages/message.ts';
import { probeService } from './services.ts';

const run = promisify(execFile);

export interface SysboxOptions {
  /** The runtime's program. */
  readonly binary?: string;
  /** The sockets of its services. */
  readonly socketDirectory?: string;
  /** How long a service may take to respond. */
  readonly timeoutMs?: number;
  /** The engine's program, which prints its version. */
  readonly dockerd?: string;
}

/** Where Sysbox's packages install the runtime, and the only accepted place. */
export const sysboxRuntimePath = '/usr/bin/sysbox-runc';
const services = [
  { socket: 'sysmgr.sock', name: 'sysbox-mgr' },
  { socket: 'sysfs.sock', name: 'sysbox-fs' },
] as const;
const installFix = message('isolation.install-sysbox');
/** BuildKit accepts another runc from this version on. */
const firstMajorForBuilds = 25;

/**
 * Sysbox (Community Edition), if an administrator has installed it and selects it in `bulkhead.backend`. It
 * gives every container a user namespace, but all of them the same range of ids; sockets, binds and
 * namespaces are refused by the gateway, as with our own backend. Not run on a real Sysbox: it is in no
 * package registry.
 */
export function sysboxBackend(options: SysboxOptions = {}): IsolationBackend {
  const {
    binary = sysboxRuntimePath,
    socketDirectory = '/run/sysbox',
    timeoutMs = 3_000,
    dockerd = 'dockerd',
  } = options;
  return {
    id: 'sysbox',
    runtimeName: sysboxBackendCapabilities.runtimeName,
    needsPlanner: sysboxBackendCapabilities.needsPlanner,
    notOffered: {
      'A3-exclusive-range': message('evidence.one-range-for-all'),
      'A5-listed-devices': message('evidence.devices-of-sysbox'),
    },
    runtimePath: () => binary,
    // BuildKit does not follow the engine's default runtime.
    engineEnvironment: (runtime) => ({ DOCKER_BUILDKIT_RUNC_COMMAND: runtime }),
    async report() {
      const requirements = await Promise.all([
        linux(),
        root(),
        installed(binary, timeoutMs),
        running(socketDirectory, timeoutMs),
        builds(dockerd, timeoutMs),
        noSelinux(),
        noSnap(dockerd),
      ]);
      return { id: 'sysbox', available: requirements.every((requirement) => requirement.met), requirements };
    },
    async install() {
      // Nothing to install: Sysbox is installed and updated by its packages.
      const found = await installed(binary, timeoutMs);
      return found.met
        ? ok(undefined)
        : fail('isolation.install-failed', message('isolation.sysbox-not-installed'), {
            reason: found.found,
            hint: installFix,
          });
    },
  };
}

const linux = () =>
  requirement(
    'linux',
    process.platform === 'linux',
    process.platform,
    message('isolation.run-engine-on-linux'),
  );
const root = () =>
  requirement(
    'root',
    process.getuid?.() === 0,
    message('isolation.user', { uid: process.getuid?.() ?? 'unknown' }),
    message('isolation.run-as-root'),
  );

async function installed(binary: string, timeout: number): Promise<Requirement> {
  const met = (is: boolean, found: string | Message) =>
    requirement('sysbox-installed', is, found, installFix);
  if (
    !(await access(binary, constants.X_OK).then(
      () => true,
      () => false,
    ))
  )
    return met(false, message('isolation.sysbox-program-missing', { binary }));
  try {
    const { stdout } = await run(binary, ['--version'], { timeout, killSignal: 'SIGKILL' });
    const versionLine = stdout.split(/\s+/).join(' ').trim().slice(0, 200);
    return met(
      /^sysbox-runc\b/.test(versionLine),
      /^sysbox-runc\b/.test(versionLine)
        ? versionLine
        : message('isolation.not-sysbox', { binary, output: versionLine }),
    );
  } catch (error) {
    const killed = error instanceof Error && 'killed' in error && error.killed === true;
    return met(
      false,
      killed
        ? message('isolation.sysbox-hangs', { binary })
        : message('isolation.program-does-not-run', {
            file: binary,
            why: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
          }),
    );
  }
}

async function running(directory: string, timeoutMs: number): Promise<Requirement> {
  const probes = await Promise.all(
    services.map(async ({ socket, name }) => ({
      name,
      answer: await probeService(path.join(directory, socket), timeoutMs),
    })),
  );
  const unresponsive = probes.flatMap(({ name, answer }) =>
    answer.isResponsive ? [] : [message('common.what-and-why', { what: name, why: answer.why })],
  );
  return requirement(
    'sysbox-services',
    unresponsive.length === 0,
    unresponsive.length === 0
      ? message('isolation.services-respond', { list: services.map(({ name }) => name).join(' and ') })
      : joinMessages('statements', unresponsive),
    message('isolation.start-sysbox-services'),
  );
}

async function builds(dockerd: string, timeout: number): Promise<Requirement> {
  const fix = message('isolation.use-newer-docker-engine', { firstMajorForBuilds });
  try {
    const { stdout } = await run(dockerd, ['--version'], { timeout });
    const version = /version (\d+)[\d.]*/.exec(stdout);
    return requirement(
      'build-isolation',
      Number(version?.[1] ?? 0) >= firstMajorForBuilds,
      version === null
        ? message('isolation.version-not-understood', { stdout: stdout.trim() })
        : `Docker Engine ${version[0].slice('version '.length)}`,
      fix,
    );
  } catch (error) {
    return requirement(
      'build-isolation',
      false,
      message('isolation.engine-version-unreadable', {
        why: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
      }),
      fix,
    );
  }
}

async function noSelinux(): Promise<Requirement> {
  const enforcing = await readFile('/sys/fs/selinux/enforce', 'utf8').then(
    (text) => text.trim() === '1',
    () => false,
  );
  return requirement(
    'no-selinux',
    !enforcing,
    enforcing ? message('isolation.selinux-enforcing') : message('isolation.selinux-not-enforcing'),
    message('isolation.sysbox-under-selinux'),
  );
}

async function noSnap(dockerd: string): Promise<Requirement> {
  const candidates = path.isAbsolute(dockerd)
    ? [dockerd]
    : (process.env['PATH'] ?? '')
        .split(':')
        .filter((directory) => path.isAbsolute(directory))
        .map((directory) => path.join(directory, dockerd));
  let file: string | null = null;
  for (const candidate of candidates) file ??= await realpath(candidate).catch(() => null);
  const snap = file?.startsWith('/snap/') === true;
  return requirement(
    'no-snap',
    !snap,
    file ?? message('isolation.engine-program-missing'),
    message('isolation.sysbox-with-snap'),
  );
}
