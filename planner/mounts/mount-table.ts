import { readFileSync } from 'node:fs';
import { parseMountinfo, type Mount } from '../../engine/base/mountinfo.ts';

/**
 * Mount table of process `pid`. Read as bytes: read as text, Node 24.21 writes beyond its memory where the
 * first 64 KiB come in parts of less than 8 KiB, and a longer line follows, as of an image with a hundred
 * layers.
 */
export function mountsOf(pid: number | 'self'): Mount[] {
  return parseMountinfo(readFileSync(`/proc/${pid}/mountinfo`).toString('utf8'));
}

/**
 * `controllers=mountpoint` of every cgroup hierarchy mounted whole, as /proc/<pid>/cgroup names controllers.
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

/** Where the cgroup hierarchies are mounted whole. */
export function cgroupHierarchies(mounts: readonly Mount[]): string[] {
  return wholeHierarchies(mounts)
    .filter(({ type }) => type === 'cgroup' || type === 'cgroup2')
    .map(({ mountPoint }) => mountPoint);
}

const wholeHierarchies = (mounts: readonly Mount[]) =>
  mounts.filter((mount) => mount.root === '/' && mount.mountPoint.startsWith('/sys/fs/cgroup'));
