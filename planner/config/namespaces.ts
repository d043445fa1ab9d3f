import { readFileSync, statSync } from 'node:fs';
import { refuse } from '../base/refuse.ts';
import type { OciSpec } from '../base/oci-spec.ts';
import { describeOwner, type RangeOwner } from '../ranges/range-owner.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { isBase } from '../ranges/id-ranges.ts';

/** Type in config.json → name below /proc/<pid>/ns and the corresponding flag of `docker run`. */
const required = new Map([
  ['pid', { file: 'pid', flag: '--pid=host' }],
  ['ipc', { file: 'ipc', flag: '--ipc=host' }],
  ['uts', { file: 'uts', flag: '--uts=host' }],
  ['network', { file: 'net', flag: '--network=host' }],
  ['mount', { file: 'mnt', flag: 'a host mount namespace' }],
]);
const optional = new Map([
  ['cgroup', { file: 'cgroup', flag: '--cgroupns=host' }],
  // Docker Engine 29.5 and later give every container its own where the kernel supports it.
  ['time', { file: 'time', flag: 'a host time namespace' }],
]);

export interface JoinedNamespace {
  readonly base: number;
  readonly userNamespace: string;
}

/**
 * Refuses host namespaces (A7) and returns the container whose namespaces are joined (`container:X`), or
 * null. `hostPid` is a process of the engine: sharing a namespace with it means sharing the host's.
 */
export function checkNamespaces(spec: OciSpec, hostPid: number): JoinedNamespace | null {
  const { namespaces } = spec.linux;
  if (
    namespaces.some((n) => n.type === 'user') ||
    (spec.linux.uidMappings ?? []).length > 0 ||
    (spec.linux.gidMappings ?? []).length > 0
  ) {
    refuse('planner-refusals.engine-remaps');
  }
  for (const [type, { flag }] of required) {
    if (!namespaces.some((n) => n.type === type))
      refuse('planner-refusals.host-namespace', { type, option: flag });
  }
  let owner: number | null = null;
  for (const { type, path } of namespaces) {
    if (path === undefined || path === '') continue;
    const known = required.get(type) ?? optional.get(type);
    const file = `/proc/${hostPid}/ns/${known?.file ?? ''}`;
    if (known === undefined) refuse('planner-refusals.unknown-namespace', { type });
    if (sameFile(path, file)) refuse('planner-refusals.host-namespace', { type, option: known.flag });
    const pid = Number(/^\/proc\/([1-9]\d*)\/ns\/[a-z]+$/.exec(path)?.[1] ?? NaN);
    if (Number.isNaN(pid)) refuse('planner-refusals.namespace-of-none', { type, path });
    if (owner !== null && owner !== pid && !sameFile(`/proc/${owner}/ns/user`, `/proc/${pid}/ns/user`)) {
      refuse('planner-refusals.two-ranges');
    }
    owner ??= pid;
  }
  return owner === null ? null : joined(owner, hostPid);
}

function joined(pid: number, hostPid: number): JoinedNamespace {
  const userNamespace = `/proc/${pid}/ns/user`;
  let map: string;
  try {
    if (sameFile(userNamespace, `/proc/${hostPid}/ns/user`))
      refuse('planner-refusals.namespace-of-unprotected');
    map = readFileSync(`/proc/${pid}/uid_map`, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error) refuse('planner-refusals.joined-not-running');
    throw error;
  }
  const [inside, base, size] = map.trim().split(/\s+/).map(Number);
  if (
    map.trim().split('\n').length !== 1 ||
    inside !== 0 ||
    size !== rangeSize ||
    base === undefined ||
    !isBase(base)
  )
    refuse('planner-refusals.namespace-of-unprotected');
  return { base, userNamespace };
}

/**
 * Refuses to join a range of another owner (A3): files and processes with its ids would be shared with that
 * owner.
 */
export function refuseOthersRange(of: RangeOwner | 'unreadable' | null, owner: RangeOwner): void {
  if (of === owner) return;
  if (of === null || of === 'unreadable')
    refuse('planner-refusals.unknown-owner', { owner: describeOwner(owner) });
  refuse('planner-refusals.other-owner', { owner: describeOwner(owner), other: describeOwner(of) });
}

function sameFile(a: string, b: string): boolean {
  const x = statSync(a, { bigint: true });
  const y = statSync(b, { bigint: true });
  return x.dev === y.dev && x.ino === y.ino;
}
