import { backendCapabilities, type BackendId } from '../isolation/backends.ts';
import type { VirtualMachine } from '../targets/target.ts';
import type { claimIds } from '../verify/claims.ts';

/** Rows of the coverage table (C in docs/design/requirements.md), in display order. */
export const workloadIds = [
  'run-create',
  'build-docker-driver',
  'build-container-driver',
  'socket-started',
  'socket-mount',
  'socket-derived-images',
  'socket-any-image',
  'kind-nodes',
  'build-host-network',
  'swarm-plugins',
  'created-before',
  'kubernetes-kubeadm',
  'extensions',
  'dev-environments',
  'docker-debug',
  'windows-containers',
  'virtual-machine',
] as const;
export type WorkloadId = (typeof workloadIds)[number];

/** not-allowed: refused while ECI is on, so there is nothing to protect. */
export type CoverageState = 'protected' | 'unprotected' | 'not-allowed' | 'not-on-this-engine';

export interface CoverageRow {
  readonly workload: WorkloadId;
  readonly state: CoverageState;
  /**
   * The basis of the state: a probe verifies it (`claims`), the gateway's or runtime's rules ensure it, or
   * Docker documents it.
   */
  readonly basis: 'probe' | 'rule' | 'documentation';
  /** The claims that verify it; empty unless the basis is a probe. */
  readonly claims: readonly (typeof claimIds)[number][];
  /**
   * True if the claims are about the parts of the workload (a privileged container), and the workload itself
   * is not tried: it is not shown that it works and is isolated as a whole.
   */
  readonly notTried?: true;
  /** First Docker Desktop version in which the row is protected, if that decides. */
  readonly since?: string;
}

export type CoverageFacts =
  | {
      readonly eci: boolean;
      readonly backend: BackendId;
      /** Whether the settings let any image mount the Docker socket. */
      readonly socketMounts: boolean;
    }
  | { readonly eci: boolean; readonly desktop: DesktopCoverageFacts };

/** The facts that coverage depends on if Docker Desktop isolates containers itself. */
export interface DesktopCoverageFacts {
  /**
   * As reported by Docker Desktop, "4.36.0"; null if it could not be determined: rows that depend on it are
   * not shown as protected.
   */
  readonly version: string | null;
  /** Where its Linux engine runs: in a virtual machine of its own (macOS, Linux), WSL 2 or Hyper-V. */
  readonly virtualMachine: VirtualMachine;
}

/**
 * The coverage table of an engine (spec C). While ECI is off nothing is protected and nothing refused; rows
 * that do not apply to an engine stay so. States describe the design; whether and when a probe has verified
 * it is determined by `rowEvidence`.
 */
export function coverageFor(facts: CoverageFacts): CoverageRow[] {
  const rows =
    'desktop' in facts ? desktopRows(facts.desktop) : engineRows(facts.backend, facts.socketMounts);
  if (facts.eci) return rows;
  return rows.map((row) =>
    row.state === 'not-on-this-engine'
      ? row
      : { workload: row.workload, state: 'unprotected', basis: 'rule', claims: [] },
  );
}

const row = (
  workload: WorkloadId,
  state: CoverageState,
  basis: CoverageRow['basis'],
  claims: CoverageRow['claims'] = [],
): CoverageRow => ({ workload, state, basis, claims });
const absent = (workload: WorkloadId): CoverageRow => row(workload, 'not-on-this-engine', 'rule');

function engineRows(backend: BackendId, socketMounts: boolean): CoverageRow[] {
  const rules = [
    'A6-runtime-override',
    'A7-userns-host-ignored',
    'A7-host-namespaces-refused',
    'A7-namespace-sharing',
    'A8-engine-directories-refused',
    'A10-proc-hidden',
  ] as const;
  const container: CoverageRow['claims'] = backendCapabilities[backend].ownRange
    ? ['A2-user-namespace', 'A3-exclusive-range', ...rules]
    : ['A2-user-namespace', ...rules];
  const privileged = ['A2-user-namespace', 'A4-privileged-works', 'A5-privileged-confined'] as const;
  return [
    row('run-create', 'protected', 'probe', container),
    // Both builders: `docker build` uses BuildKit, older clients and some SDKs the classic builder.
    row('build-docker-driver', 'protected', 'probe', ['C-build-buildkit', 'C-build-legacy']),
    // Its builder is a privileged container like any other.
    { ...row('build-container-driver', 'protected', 'probe', privileged), notTried: true },
    // Where no image may mount a socket, its mount is refused, and nothing is started through one: the probes
    // observe that.
    row('socket-started', socketMounts ? 'protected' : 'not-allowed', 'probe', ['A11-through-socket']),
    row('socket-mount', socketMounts ? 'protected' : 'not-allowed', 'probe', ['B1-socket-refused']),
    row('socket-derived-images', 'protected', 'rule'),
    row('socket-any-image', 'protected', 'rule'),
    { ...row('kind-nodes', 'protected', 'probe', privileged), notTried: true },
    row('build-host-network', 'not-allowed', 'rule'),
    row('swarm-plugins', 'not-allowed', 'rule'),
    row('created-before', 'unprotected', 'rule'),
    ...(
      [
        'kubernetes-kubeadm',
        'extensions',
        'dev-environments',
        'docker-debug',
        'windows-containers',
        'virtual-machine',
      ] as const
    ).map(absent),
  ];
}

function desktopRows(facts: DesktopCoverageFacts): CoverageRow[] {
  const wsl = facts.virtualMachine === 'wsl2';
  const from = (workload: WorkloadId, since: string): CoverageRow => ({
    ...row(workload, atLeast(facts.version, since) ? 'protected' : 'unprotected', 'documentation'),
    since,
  });
  return [
    row('run-create', 'protected', 'probe', [
      'A2-user-namespace',
      'A3-exclusive-range',
      'A6-runtime-override',
      'A7-userns-host-ignored',
      'A7-host-namespaces-refused',
    ]),
    wsl ? row('build-docker-driver', 'unprotected', 'documentation') : from('build-docker-driver', '4.30'),
    from('build-container-driver', '4.19'),
    row('socket-started', 'protected', 'documentation'),
    // Before there were permissions, every mount of the socket was refused.
    { ...row('socket-mount', 'protected', 'probe', ['B1-socket-refused']), since: wsl ? '4.28' : '4.27' },
    featureRow('socket-derived-images', facts.version, '4.34'),
    featureRow('socket-any-image', facts.version, '4.36'),
    row('kind-nodes', 'protected', 'documentation'),
    row('build-host-network', 'not-allowed', 'documentation'),
    row('created-before', 'unprotected', 'documentation'),
    row('kubernetes-kubeadm', 'unprotected', 'documentation'),
    row('extensions', 'unprotected', 'documentation'),
    row('dev-environments', 'unprotected', 'documentation'),
    row('docker-debug', 'unprotected', 'documentation'),
    facts.virtualMachine === 'vm'
      ? absent('windows-containers')
      : row('windows-containers', 'unprotected', 'documentation'),
    row('virtual-machine', wsl ? 'unprotected' : 'protected', 'documentation'),
  ];
}

/** Older versions can't grant a permission that they don't have: not allowed, rather than unprotected. */
function featureRow(workload: WorkloadId, version: string | null, since: string): CoverageRow {
  return { ...row(workload, atLeast(version, since) ? 'protected' : 'not-allowed', 'documentation'), since };
}

/** Whether a Docker Desktop version "4.36.0" is at least "4.30". False for an unknown or unreadable one. */
export function atLeast(version: string | null, minimum: string): boolean {
  const numbers = (text: string): number[] => /^v?(\d+)\.(\d+)/.exec(text)?.slice(1).map(Number) ?? [];
  const [major, minor] = numbers(version ?? '');
  const [requiredMajor = 0, requiredMinor = 0] = numbers(minimum);
  if (major === undefined || minor === undefined) return false;
  return major > requiredMajor || (major === requiredMajor && minor >= requiredMinor);
}
