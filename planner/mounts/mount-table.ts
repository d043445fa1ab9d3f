import { readFileSync } from 'node:fs';
import { parseMountinfo, type Mount } from '../../engine/base/mountinfo.ts';

/**
 * Mount table of process `pid`. Read as bytes: when it reads text, Node 24.21 writes beyond its buffer if the
 * first 64 KiB arrive in parts of less than 8 KiB and a longer line follows, such as that of an image with a
 * hundred layers.
 */
export function mountsOf(pid: number | 'self'): Mount[] {
  return parseMountinfo(readFileSync(`/proc/${pid}/mountinfo`).toString('utf8'));
}

/**
 * `controllers=mountpoint` of every cgroup hierarchy mounted whole, with controllers as in
 * /proc/<pid>/cgroup.
 */
export function cgroupMounts(mounts: readonly Mount[]): string[] {
  const known = new Set([
    'cpu',
    'cpuacct',
    'cpuset',
    'memory',
    'devices',
    'freezer',
    'blkio',
    'pids',
    'net_cls',
    'net_prio',
    'perf_event',
    'hugetlb',
    'rdma',
    'misc',
  ]);
  return wholeHierarchies(mounts).flatMap((mount) => {
    if (mount.type === 'cgroup2') return [`=${mount.mountPoint}`];
    if (mount.type !== 'cgroup') return [];
    const controllers = mount.options.filter((option) => known.has(option) || option.startsWith('name='));
    return [`${controllers.join(',')}=${mount.mountPoint}`];
  });
}

/** The mount points of the cgroup hierarchies that are mounted whole. */
export function cgroupHierarchies(mounts: readonly Mount[]): string[] {
  return wholeHierarchies(mounts)
    .filter(({ type }) => type === 'cgroup' || type === 'cgroup2')
    .map(({ mountPoint }) => mountPoint);
}

const wholeHierarchies = (mounts: readonly Mount[]) =>
  mounts.filter((mount) => mount.root === '/' && mount.mountPoint.startsWith('/sys/fs/cgroup'));
