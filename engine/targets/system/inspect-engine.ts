import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Container, ContainerInspectInfo } from 'dockerode';
import * as z from 'zod';
import { message, type Message } from '../../../shared/messages/message.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { exists } from '../../base/files.ts';
import { dockerClient, statusOf } from '../../base/docker-client.ts';
import { defaultRoot, rootPaths, systemRoot, withDataRoot, type RootPaths } from '../../base/root-paths.ts';
import { otherSockets } from './engine-sockets.ts';
import { readInstallRecord } from './install-record.ts';
import { engineUnits } from './unit-names.ts';
import { hasSystemd, unitStates } from '../guarded/systemd.ts';

const run = promisify(execFile);

/** The properties of a container that matter to an installation. */
export interface AffectedContainer {
  readonly name: string;
  readonly running: boolean;
  /** Restarted by its restart policy. */
  readonly returns: boolean;
  /** Created with our runtime. */
  readonly isolated: boolean;
}

/** The machine's Docker Engine as systemd runs it. */
export interface SystemEngine {
  readonly paths: RootPaths;
  readonly group: string;
  readonly running: boolean;
  /** Containers keep running while dockerd restarts. */
  readonly liveRestore: boolean;
  /** Null if the engine did not respond. */
  readonly containers: readonly AffectedContainer[] | null;
  readonly lxcfs: boolean;
  /** Obstacles to a gateway in front of it, each with what to do. */
  readonly conflicts: readonly Message[];
}

/**
 * Inspects docker.service. Changes nothing. Errors: `engine.not-installed` if there is none that can be used.
 */
export async function inspectSystemEngine(): Promise<Result<SystemEngine, AppError>> {
  if (!(await hasSystemd()))
    return fail('engine.not-installed', message('system.no-systemd'), {
      hint: message('system.use-embedded-engine', { root: defaultRoot }),
    });
  const units = await unitStates([engineUnits.service, engineUnits.socket]);
  const service = units.get(engineUnits.service);
  if (service?.load !== 'loaded' || units.get(engineUnits.socket)?.load !== 'loaded')
    return fail('engine.not-installed', message('system.no-docker-service'), {
      reason: await otherDocker(),
      hint: message('system.install-docker'),
    });
  const [args, group, config] = await Promise.all([
    commandWords(service.mainPid),
    unitProperty(engineUnits.socket, 'SocketGroup'),
    readEngineConfig('/etc/docker/daemon.json'),
  ]);
  const dataRoot = optionOf(args, '--data-root', '-g') ?? config.dataRoot;
  const paths = dataRoot === null ? rootPaths(systemRoot) : withDataRoot(rootPaths(systemRoot), dataRoot);
  const running = service.active === 'active' || service.active === 'reloading';
  const record = await readInstallRecord(paths);
  return ok({
    paths,
    // Behind the gateway only root can use the engine's own socket.
    group: record?.group ?? (group === '' ? 'docker' : group),
    running,
    liveRestore: config.liveRestore || args.includes('--live-restore'),
    containers: running ? await listContainers(paths) : [],
    lxcfs: await exists('/usr/bin/lxcfs'),
    conflicts: [
      ...findConflicts(args, message('system.not-socket-activated')),
      ...(record === null ? otherSockets(service) : []),
    ],
  });
}

/** Where a Docker that cannot be used would be: the users' runtime directories, and the snap's. */
const otherDockerPlaces = { users: '/run/user', snaps: ['/var/snap/docker', '/snap/docker'] };

/** Which unusable Docker is installed, for the reason. */
export async function otherDocker({ users, snaps } = otherDockerPlaces): Promise<Message> {
  for (const uid of await readdir(users).catch(() => [])) {
    const socket = path.join(users, uid, 'docker.sock');
    if (await exists(socket)) return message('system.rootless-docker-found', { socket });
  }
  for (const snap of snaps) if (await exists(snap)) return message('system.snap-docker-found');
  return message('system.no-docker-found');
}

/** Obstacles to the gateway in the running engine's command line; none if it does not run. */
export async function runningConflicts(pid: number | null): Promise<readonly Message[]> {
  if (pid === null) return [];
  const args = await commandWords(pid);
  return args.length === 0 ? [] : findConflicts(args, message('system.engine-left-socket-unit'));
}

/** dockerd's command line: of the running process, else of the unit with its environment file. */
async function commandWords(pid: number | null): Promise<readonly string[]> {
  if (pid !== null) {
    const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (line !== '') return line.split('\0').filter((arg) => arg !== '');
  }
  const start = await unitProperty(engineUnits.service, 'ExecStart');
  const argv = /argv\[\]=([^;]*);/.exec(start)?.[1]?.trim() ?? '';
  const defaults = await readFile('/etc/default/docker', 'utf8').catch(() => '');
  const options = /^\s*DOCKER_OPTS=(["']?)(.*?)\1\s*$/m.exec(defaults)?.[2] ?? '';
  return argv
    .split(/\s+/)
    .flatMap((arg) => (/^\$\{?DOCKER_OPTS\}?$/.test(arg) ? options.split(/\s+/) : [arg]))
    .filter((arg) => arg !== '');
}

async function unitProperty(unit: string, property: string): Promise<string> {
  const { stdout } = await run('systemctl', ['show', '--value', `--property=${property}`, unit]);
  return stdout.trim();
}

/**
 * The last value of an option given as `--name value`, `--name=value`, `-n value`, `-nvalue` or `-n=value`;
 * null: missing. Pure.
 */
export function optionOf(args: readonly string[], ...names: string[]): string | null {
  return valuesOf(args, names).at(-1) ?? null;
}

function valuesOf(args: readonly string[], names: readonly string[]): string[] {
  return args.flatMap((arg, index) => {
    const next = args[index + 1];
    for (const name of names) {
      const found = optionPattern(name).exec(arg);
      if (found === null) continue;
      const value = found[1] ?? next;
      return value === undefined ? [] : [value];
    }
    return [];
  });
}

/** As pflag parses it: a letter may follow those of options without a value, and its value follow it. */
const optionPattern = (name: string): RegExp =>
  name.startsWith('--')
    ? new RegExp(`^${name}(?:=(.*))?$`, 's')
    : new RegExp(`^-[Dhv]*${name.slice(1)}(?:=?(.+))?$`, 's');

/**
 * Options that conflict with a gateway in front or a runtime of ours. Pure. `withoutSocketUnit` is the
 * sentence for an engine that does not take its socket from docker.socket.
 */
export function findConflicts(args: readonly string[], withoutSocketUnit: Message): Message[] {
  const addresses = valuesOf(args, ['-H', '--host']).filter((address) => address !== 'fd://');
  const fixed = [
    '--config-file',
    '--default-runtime',
    '--userns-remap',
    '--exec-root',
    '--containerd-namespace',
  ].filter((option) => optionOf(args, option) !== null);
  return [
    ...addresses.map((address) => message('system.listens-elsewhere', { address })),
    ...(addresses.length === 0 && valuesOf(args, ['-H', '--host']).length === 0 ? [withoutSocketUnit] : []),
    ...fixed.map((option) => message('system.option-not-supported', { option })),
  ];
}

const configSchema = z.object({
  'data-root': z.string().optional(),
  'live-restore': z.boolean().optional(),
});

async function readEngineConfig(
  file: string,
): Promise<{ readonly dataRoot: string | null; readonly liveRestore: boolean }> {
  let config: z.infer<typeof configSchema> = {};
  try {
    config = configSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    // Missing, or one that reconciling refuses with its line.
  }
  const dataRoot = config['data-root'];
  return {
    dataRoot: dataRoot !== undefined && path.isAbsolute(dataRoot) ? dataRoot : null,
    liveRestore: config['live-restore'] === true,
  };
}

/** Null if the engine did not respond; containers that are removed meanwhile are left out. */
export async function listContainers(
  paths: Pick<RootPaths, 'engineSocket' | 'clientSocket'>,
): Promise<readonly AffectedContainer[] | null> {
  const docker = dockerClient((await exists(paths.engineSocket)) ? paths.engineSocket : paths.clientSocket);
  try {
    const listed = await docker.listContainers({ all: true });
    const containers = await Promise.all(
      listed.map(async ({ Id, Names, State }) => {
        const inspected = await inspectPresent(docker.getContainer(Id));
        if (inspected === null) return null;
        const { HostConfig } = inspected;
        const policy = HostConfig.RestartPolicy?.Name ?? '';
        return {
          name: (Names[0] ?? Id).replace(/^\//, ''),
          running: State === 'running' || State === 'paused' || State === 'restarting',
          returns: policy === 'always' || policy === 'unless-stopped',
          isolated: HostConfig.Runtime === 'bulkhead',
        };
      }),
    );
    return containers.filter((container) => container !== null);
  } catch {
    return null;
  }
}

/** Null for a container that is gone. */
const inspectPresent = (container: Container): Promise<ContainerInspectInfo | null> =>
  container.inspect().catch((error: unknown) => {
    if (statusOf(error) === 404) return null;
    throw error;
  });
