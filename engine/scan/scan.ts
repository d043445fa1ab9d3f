import { readFile } from 'node:fs/promises';
import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import {
  isFromBeforeEci,
  isRunning,
  type Container,
  type ContainerScan,
  type Period,
} from '../../shared/containers/protection.ts';
import { originalName } from '../../shared/policy/retained-name.ts';
import { isAnonymousVolume } from '../../shared/containers/recreate-mounts.ts';
import { ok, type AppError, type Result } from '../../shared/result.ts';
import { atFirstUse } from '../base/at-first-use.ts';
import type { ContainerReader } from '../base/container-reader.ts';
import { systemCode } from '../../shared/process/system-code.ts';
import { engineReason, requestFailure, statusOf } from '../base/docker-client.ts';
import { EngineTimeout } from '../base/request-limits.ts';
import { probeLabel, probePath } from '../base/verification-probe.ts';
import { inspectSlots } from './inspect-slots.ts';
import { message, type Message, plainText, referenceTo } from '../../shared/messages/message.ts';
import { readStopWait } from './stop-timeout.ts';
import { createUnsharedMountFinder, type UnsharedMountFinder } from './unshared-mounts.ts';

export interface ScanOptions {
  /** Whether ECI is on in the applied settings. */
  readonly eci: boolean;
  /** When ECI was last turned on (ISO 8601), null if unknown. */
  readonly eciSince: string | null;
  /** Whether audit mode is in force. */
  readonly audit?: boolean;
  /** When audit mode was in force; missing where the engine has no such mode. */
  readonly auditPeriods?: readonly Period[];
  /** The shared directories, as written in the settings; missing where no gateway checks mounts. */
  readonly sharedDirectories?: readonly string[];
  /**
   * The directories that a draft shares, as written in it: protected containers get the mounts that it would
   * refuse. Missing where no draft is planned.
   */
  readonly draftDirectories?: readonly string[] | undefined;
  /** Name under which the isolation runtime is registered. */
  readonly runtimeName: string;
  /**
   * The engine runs in a virtual machine: the range of a running container can't be read from here, so its
   * runtime decides.
   */
  readonly elsewhere?: boolean;
  /**
   * How long one container's inspect may take, ms; without it, as long as any read. A container whose inspect
   * takes longer is `unknown`, and does not prevent the scan from ending.
   */
  readonly inspectLimitMs?: number | undefined;
  /** Text of /proc/<pid>/uid_map; null if there is no such process (any more). Injected by tests. */
  readonly uidMap?: (pid: number) => Promise<string | null>;
}

/**
 * Every container with its protection state: one list call, then concurrent inspects (D). Containers that
 * disappear in between are left out; one that can't be inspected is kept as `unknown` with the reason, never
 * as protected.
 */
export async function scanContainers(
  docker: ContainerReader,
  options: ScanOptions,
): Promise<Result<ContainerScan, AppError>> {
  const begun = Date.now();
  let listed: ContainerInfo[];
  try {
    listed = await docker.listContainers({ all: true });
  } catch (error) {
    return requestFailure(message('app.containers-not-listed'), error);
  }
  const inSlot = inspectSlots();
  const finders: MountFinders = {
    unprotected: finderFor(options, options.sharedDirectories),
    protected: finderFor(options, options.draftDirectories),
  };
  const results = await Promise.all(
    listed.map((item) => inSlot(() => inspectOne(docker, item, options, finders))),
  );
  const containers = results.filter((container): container is Container => container !== null);
  return ok({
    at: new Date(begun).toISOString(),
    durationMs: Date.now() - begun,
    eci: options.eci,
    ...(options.eci && options.audit === true ? { audit: true } : {}),
    containers: containers.map((container) =>
      isReplaced(container, containers) ? { ...container, reason: 'replaced' } : container,
    ),
  });
}

/** Finds the mounts that would be refused, of containers that are protected or not; null: none are. */
type MountFinders = Readonly<
  Record<'unprotected' | 'protected', (() => Promise<UnsharedMountFinder>) | null>
>;

/** Finds mounts outside these directories; null where nothing refuses them. */
const finderFor = (
  { eci }: ScanOptions,
  directories: readonly string[] | undefined,
): MountFinders['protected'] =>
  eci && directories !== undefined ? atFirstUse(() => createUnsharedMountFinder(directories)) : null;

/** Whether a recreation keeps the container beside the new, protected one. It must not run. */
function isReplaced(container: Container, all: readonly Container[]): boolean {
  const isReplaceable = isFromBeforeEci(container) || container.reason === 'audit-mode';
  if (!isReplaceable || isRunning(container)) return false;
  const original = originalName(container.name);
  return (
    original !== null && all.some(({ name, protected: isProtected }) => name === original && isProtected)
  );
}

/** Longer than a verification takes, ms. */
const verificationMs = 10 * 60_000;

/**
 * Whether a verification created the container. That is known from the container alone, whenever it is
 * listed: whether a verification is running can change between the two requests. Anybody may set its label
 * and command, so one that has run, and is not protected, is listed all the same. Any other is listed if it
 * cannot be of a verification that still runs.
 */
function isOwnProbe(item: ContainerInfo, container: Container, neverStarted: boolean): boolean {
  if (!(probeLabel in container.labels) || item.Command.split(' ', 1)[0] !== probePath) return false;
  // The engine lists whole seconds, rounded down.
  const ageMs = Date.now() - item.Created * 1000;
  if (!(ageMs >= 0 && ageMs < verificationMs)) return false;
  return container.protected || container.reason === 'unknown' || neverStarted;
}

/** How the engine writes the start of a container that was never started. */
const noStart = '0001-01-01T00:00:00Z';

/** A container's entry; null if it is gone, or if a verification created it. */
async function inspectOne(
  docker: ContainerReader,
  item: ContainerInfo,
  options: ScanOptions,
  finders: MountFinders,
): Promise<Container | null> {
  // ContainerInspection again only if the container stopped or restarted between inspect and /proc.
  for (let attempt = 0; ; attempt++) {
    let inspected: ContainerInspectInfo;
    try {
      inspected = await inspect(docker, item.Id, options.inspectLimitMs);
    } catch (error) {
      if (statusOf(error) === 404) return null;
      const container = uninspected(item, engineReason(error));
      return isOwnProbe(item, container, item.State === 'created') ? null : container;
    }
    const pid = options.elsewhere === true ? 0 : runningPid(inspected);
    const map = pid === 0 ? null : await (options.uidMap ?? readUidMap)(pid).catch(() => 'unreadable');
    if (pid !== 0 && map === null && attempt < 2) continue;
    // missing in the types
    const config = inspected.Config as { readonly StopSignal?: string; readonly StopTimeout?: number };
    const wait =
      pid === 0
        ? 0
        : await readStopWait(
            {
              StopSignal: config.StopSignal,
              StopTimeout: config.StopTimeout,
              pidMode: inspected.HostConfig.PidMode ?? '',
            },
            pid,
          );
    const container = describe(item, inspected, map, options);
    const { Running, StartedAt } = inspected.State;
    if (isOwnProbe(item, container, StartedAt === noStart && !Running)) return null;
    const findUnshared = finders[container.protected ? 'protected' : 'unprotected'];
    const unshared = findUnshared === null ? [] : await (await findUnshared())(inspected.Mounts);
    return {
      ...container,
      ...(unshared.length === 0 ? {} : { unsharedMounts: [...unshared] }),
      ...(wait === 0 ? {} : { stopWait: wait }),
    };
  }
}

/** Inspects a container. Rejects with the engine's error, or with `EngineTimeout` after `limitMs`. */
async function inspect(
  docker: ContainerReader,
  id: string,
  limitMs: number | undefined,
): Promise<ContainerInspectInfo> {
  const container = docker.getContainer(id);
  if (limitMs === undefined) return container.inspect();
  const limit = AbortSignal.timeout(limitMs);
  return container.inspect({ abortSignal: limit }).catch((error: unknown) => {
    throw limit.aborted ? new EngineTimeout(limitMs) : error;
  });
}

/**
 * Pid of a running (or paused) container's first process in the pid namespace of the engine, 0 if it has
 * none.
 */
const runningPid = (inspected: ContainerInspectInfo): number =>
  inspected.State.Running ? inspected.State.Pid : 0;

/** Text of a process's uid_map; null if there is no such process (any more). */
export async function readUidMap(pid: number): Promise<string | null> {
  try {
    return await readFile(`/proc/${pid}/uid_map`, 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ESRCH') return null;
    throw error;
  }
}

/**
 * A container's entry from its list and inspect results. `uidMap`: text of its uid_map, null when it isn't
 * running. Pure.
 */
export function describe(
  item: ContainerInfo,
  inspected: ContainerInspectInfo,
  uidMap: string | null,
  options: ScanOptions,
): Container {
  const host = inspected.HostConfig;
  const runtime = host.Runtime ?? '';
  const { reason, range } = protection(runtime, inspected, uidMap, options);
  return {
    id: inspected.Id,
    name: inspected.Name.replace(/^\//, ''),
    image: inspected.Config.Image || item.Image,
    state: containerState(inspected.State.Status),
    status: item.Status,
    createdAt: inspected.Created,
    runtime,
    protected: reason === 'own-range' || reason === 'own-range-stopped',
    reason,
    range,
    privileged: host.Privileged === true,
    restartPolicy: host.RestartPolicy?.Name || 'no',
    ...(host.AutoRemove === true ? { autoRemove: true } : {}),
    volumes: volumesOf(inspected),
    obstacles: obstaclesOf(inspected),
    labels: inspected.Config.Labels ?? {},
  };
}

function protection(
  runtime: string,
  inspected: ContainerInspectInfo,
  uidMap: string | null,
  options: ScanOptions,
): Pick<Container, 'reason' | 'range'> {
  if (runtime !== options.runtimeName) {
    if (!options.eci) return { reason: 'eci-off', range: null };
    return { reason: otherRuntimeReason(inspected.Created, options), range: null };
  }
  // Between two restarts the engine says that it runs; it has no process.
  const { Running: isUp, Restarting: restarting, Pid: pid } = inspected.State;
  if (!isUp || (restarting && pid === 0)) return { reason: 'own-range-stopped', range: null };
  if (options.elsewhere === true) return { reason: 'own-range', range: null };
  const range = uidMap === null ? null : parseUidMap(uidMap);
  if (range === null) return { reason: 'unknown', range: null };
  return range.first === 0 ? { reason: 'no-user-namespace', range: null } : { reason: 'own-range', range };
}

/** Why a container has another runtime while ECI is on, by when it was created. */
function otherRuntimeReason(
  createdAt: string,
  { eciSince, auditPeriods = [] }: ScanOptions,
): 'before-eci' | 'audit-mode' | 'past-gateway' {
  const created = Date.parse(createdAt);
  const inAudit = auditPeriods.some(
    ({ from, until }) => created >= Date.parse(from) && (until === null || created < Date.parse(until)),
  );
  if (inAudit) return 'audit-mode';
  return eciSince !== null && created > Date.parse(eciSince) ? 'past-gateway' : 'before-eci';
}

/**
 * Host ids that a uid_map assigns to container ids 0…: first line `0 <first> <count>`. Null if it has another
 * form. A line from host id 0 anywhere makes `first` 0.
 */
export function parseUidMap(text: string): { first: number; last: number } | null {
  const lines = text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const [first] = lines;
  if (
    first?.length !== 3 ||
    lines.some((line) => line.length !== 3 || line.some((n) => !Number.isSafeInteger(n) || n < 0))
  )
    return null;
  const [inside = -1, outside = -1, count = 0] = first;
  if (inside !== 0 || count < 1) return null;
  // Any line that includes host root means that root's files are accessible.
  if (lines.some((line) => line[1] === 0)) return { first: 0, last: count - 1 };
  return { first: outside, last: outside + count - 1 };
}

const states = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] as const;
function containerState(status: string): Container['state'] {
  return states.find((state) => state === status) ?? 'dead';
}

function volumesOf(inspected: ContainerInspectInfo): Container['volumes'] {
  return inspected.Mounts.flatMap((mount) =>
    mount.Type === 'volume' && mount.Name !== undefined
      ? [{ name: mount.Name, anonymous: isAnonymousVolume(mount.Name), destination: mount.Destination }]
      : [],
  );
}

/**
 * What ECI would refuse in this configuration: host namespaces (A7), the socket (B1). The cgroup namespace is
 * left out: "host" is the engine's own default on cgroup v1.
 */
function obstaclesOf(inspected: ContainerInspectInfo): string[] {
  const host = inspected.HostConfig;
  const modes: readonly (readonly [string, string | undefined])[] = [
    ['pid', host.PidMode],
    ['network', host.NetworkMode],
    ['ipc', host.IpcMode],
    ['uts', host.UTSMode],
  ];
  const obstacles = modes.filter(([, mode]) => mode === 'host').map(([name]) => `${name}=host`);
  const socket = inspected.Mounts.some(
    (mount) => mount.Type === 'bind' && /(^|\/)(docker|engine)\.sock$/.test(mount.Source),
  );
  return socket ? [...obstacles, 'docker-socket'] : obstacles;
}

function uninspected(item: ContainerInfo, reason: string | Message): Container {
  return {
    id: item.Id,
    name: (item.Names[0] ?? item.Id.slice(0, 12)).replace(/^\//, ''),
    image: item.Image,
    state: containerState(item.State),
    status: item.Status,
    createdAt: new Date(item.Created * 1000).toISOString(),
    runtime: '',
    protected: false,
    reason: 'unknown',
    range: null,
    privileged: false,
    restartPolicy: 'no',
    volumes: [],
    obstacles: [],
    labels: item.Labels,
    whyUnknown: plainText(reason),
    ...(typeof reason === 'string' ? {} : { whyUnknownSentence: referenceTo(reason) }),
  };
}
