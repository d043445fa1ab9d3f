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
    refuse(
      'the engine asked for a user namespace of its own (userns-remap); remove userns-remap from daemon.json',
    );
  }
  for (const [type, { flag }] of required) {
    if (!namespaces.some((n) => n.type === type))
      refuse(`a container cannot share the host's ${type} namespace (${flag}); leave the option out`);
  }
  let owner: number | null = null;
  for (const { type, path } of namespaces) {
    if (path === undefined || path === '') continue;
    const known = required.get(type) ?? optional.get(type);
    const file = `/proc/${hostPid}/ns/${known?.file ?? ''}`;
    if (known === undefined) refuse(`joining a ${type} namespace is not supported`);
    if (sameFile(path, file))
      refuse(`a container cannot share the host's ${type} namespace (${known.flag}); leave the option out`);
    const pid = Number(/^\/proc\/([1-9]\d*)\/ns\/[a-z]+$/.exec(path)?.[1] ?? NaN);
    if (Number.isNaN(pid))
      refuse(
        `the ${type} namespace at ${path} belongs to no container; ` +
          'a namespace may be shared with another protected container only',
      );
    if (owner !== null && owner !== pid && !sameFile(`/proc/${owner}/ns/user`, `/proc/${pid}/ns/user`)) {
      refuse('a container cannot join the namespaces of two containers with different id ranges');
    }
    owner ??= pid;
  }
  return owner === null ? null : joined(owner, hostPid);
}

function joined(pid: number, hostPid: number): JoinedNamespace {
  const userNamespace = `/proc/${pid}/ns/user`;
  const unprotected =
    'a namespace may be shared with another protected container only, and that one is not protected; ' +
    'recreate it first';
  let map: string;
  try {
    if (sameFile(userNamespace, `/proc/${hostPid}/ns/user`)) refuse(unprotected);
    map = readFileSync(`/proc/${pid}/uid_map`, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error)
      refuse('the container whose namespaces are joined is not running');
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
    refuse(unprotected);
  return { base, userNamespace };
}

/**
 * Refuses to join a range of another owner (A3): files and processes with its ids would be shared with that
 * owner.
 */
export function refuseOthersRange(of: RangeOwner | 'unreadable' | null, owner: RangeOwner): void {
  if (of === owner) return;
  const ownerText =
    of === null || of === 'unreadable'
      ? 'that belong to nobody who is known'
      : `that belong to ${describeOwner(of)}`;
  refuse(
    `a container that belongs to ${describeOwner(owner)} cannot join namespaces ${ownerText}: ` +
      'both would have the same ids on this machine; ' +
      'have both made by the same user',
  );
}

function sameFile(a: string, b: string): boolean {
  const x = statSync(a, { bigint: true });
  const y = statSync(b, { bigint: true });
  return x.dev === y.dev && x.ino === y.ino;
}
