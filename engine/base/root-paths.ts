import { createHash } from 'node:crypto';
import path from 'node:path';
import { recordedPolicyName, storedSettingsName } from '../../shared/enforcement/recorded-policy-name.ts';

/**
 * The paths of one embedded or guarded engine. `root` is the directory given by `--root` (or BULKHEAD_ROOT);
 * sockets whose path length the kernel limits (107 bytes) and files that must not survive a reboot are under
 * `run`.
 */
export interface RootPaths {
  readonly root: string;
  /** Short stable id of this root, for names of bridges and run directories. */
  readonly id: string;
  /** The clients' socket: the gateway's. */
  readonly clientSocket: string;
  /** dockerd's socket, root 0600. */
  readonly engineSocket: string;
  readonly plannerSocket: string;
  /** The supervisor's socket, root 0600. */
  readonly controlSocket: string;
  readonly settings: string;
  readonly draft: string;
  readonly daemonJson: string;
  /** Directory of backups, one numbered folder per version. */
  readonly history: string;
  readonly journal: string;
  readonly audit: string;
  /** The gateway's metrics, Prometheus text over HTTP. */
  readonly metricsSocket: string;
  /** The policy that the gateway enforces, recorded by it, JSON. */
  readonly enforcedPolicy: string;
  /** The text of that policy, stored by the gateway for a start without the settings file, JSON. */
  readonly storedSettings: string;
  /** Last verification, JSON. */
  readonly verification: string;
  /** Supervisor's state file (pid, phase, generation), JSON. */
  readonly state: string;
  /** The met requirements of the isolation backends, as determined by root when the engine started, JSON. */
  readonly backendReports: string;
  /** dockerd's data-root. */
  readonly data: string;
  /** dockerd's exec-root, on tmpfs if /run is. */
  readonly run: string;
  readonly logs: string;
  /** The runtime as registered with this engine: bulkhead-runc, and a link `runc` to the real one. */
  readonly runtimeDir: string;
  readonly runtimeBinary: string;
  /** dockerd's HOME: empty. */
  readonly home: string;
  /** First in dockerd's PATH: git and ssh without an identity of root's. */
  readonly programs: string;
  /**
   * The containers' own sockets, made by the gateway, with their records: `<id>/docker.sock`,
   * `<id>/mount.json`.
   */
  readonly sockets: string;
  /**
   * Records of the sharing user of each container's bind mounts, written by the gateway: `<container
   * id>.json` (shared/isolation/sharing-user.ts).
   */
  readonly sharing: string;
  /** Directories that belong to the engine: no part of them is mounted into a container (B1). */
  readonly directories: readonly string[];
  /**
   * The planner's state: per-container records and mount targets. Id ranges are machine-wide, in
   * /run/bulkhead/ranges: two engines never hand out the same one.
   */
  readonly isolation: string;
}

export { defaultRoot } from '../../shared/targets/target-id.ts';
/** Where everything of ours for the machine's own Docker Engine is. */
export const systemRoot = '/var/lib/bulkhead/system';
/** Exists while a gateway of ours is in front of the machine's own engine. */
export const systemInstallRecord = `${systemRoot}/install.json`;

/**
 * Paths of an embedded engine below `root` (made absolute), or of the machine's own engine if `root` is
 * `systemRoot`. Pure: does no I/O.
 */
export function rootPaths(root: string): RootPaths {
  const abs = path.resolve(root);
  const own = embeddedPaths(abs);
  return abs === systemRoot ? { ...own, ...systemOverrides } : own;
}

/**
 * The paths that differ for the machine's own engine: those of Debian's docker.io and of docker-ce. Callers
 * that know another data root use `withDataRoot`.
 */
const systemOverrides = {
  clientSocket: '/run/docker.sock',
  engineSocket: '/run/bulkhead/engine.sock',
  controlSocket: '/run/bulkhead/system/control.sock',
  metricsSocket: '/run/bulkhead/system/metrics.sock',
  settings: '/etc/bulkhead/admin-settings.json',
  daemonJson: '/etc/docker/daemon.json',
  data: '/var/lib/docker',
  run: '/run/bulkhead/system',
  directories: systemDirectories('/var/lib/docker'),
} satisfies Partial<RootPaths>;

function systemDirectories(data: string): string[] {
  return [
    systemRoot,
    '/run/bulkhead',
    data,
    '/run/docker',
    '/var/lib/containerd',
    '/run/containerd',
    '/etc/docker',
    '/etc/bulkhead',
  ];
}

/** The machine's own engine with its data elsewhere (`data-root` of its configuration). */
export function withDataRoot(paths: RootPaths, data: string): RootPaths {
  return { ...paths, data, directories: systemDirectories(data) };
}

function embeddedPaths(abs: string): RootPaths {
  const at = (name: string) => path.join(abs, name);
  let id: string | undefined;
  return {
    root: abs,
    // At first use, with those that contain it: loading node:crypto takes a fifth of Node's own start.
    get id() {
      return (id ??= createHash('sha256').update(abs).digest('hex').slice(0, 10));
    },
    get run() {
      return `/run/bulkhead/${this.id}`;
    },
    get directories() {
      return [abs, at('data'), this.run];
    },
    clientSocket: at('docker.sock'),
    engineSocket: at('engine.sock'),
    plannerSocket: at('planner.sock'),
    controlSocket: at('control.sock'),
    settings: at('admin-settings.json'),
    draft: at('admin-settings.draft.json'),
    daemonJson: at('daemon.json'),
    history: at('history'),
    journal: at('apply-journal.json'),
    audit: at('audit.jsonl'),
    metricsSocket: at('metrics.sock'),
    enforcedPolicy: at(recordedPolicyName),
    storedSettings: at(storedSettingsName),
    verification: at('verification.json'),
    state: at('engine-state.json'),
    backendReports: at('backend-reports.json'),
    data: at('data'),
    logs: at('logs'),
    runtimeDir: at('runtime'),
    runtimeBinary: at('runtime/bulkhead-runc'),
    home: at('home'),
    programs: at('programs'),
    isolation: at('isolation'),
    sockets: at('sockets'),
    sharing: at('sharing'),
  };
}

/** Held by a process that changes this engine's configuration. */
export const applyLockPath = (paths: RootPaths): string => path.join(paths.root, 'apply.lock');
/** Held by a verification. */
export const verifyLockPath = (paths: RootPaths): string => path.join(paths.root, 'verify.lock');

/**
 * Where runc finds a container's mounts, in a mount namespace of its own; an empty directory for all other
 * processes. Below /run, not below the root: a container's root must be able to traverse to it, whatever the
 * modes of the directories above the engine's root.
 */
export const containerMounts = (paths: RootPaths): string =>
  path.join(path.dirname(paths.run), 'mounts', paths.id);
