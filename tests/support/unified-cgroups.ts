import { spawnSync } from 'node:child_process';
import { unshare } from './unshare.ts';

/**
 * Moves this test process, and its later children, into a mount namespace where /sys/fs/cgroup is cgroup v2
 * alone: by it engines and runc detect the version. On a machine that uses v1 the controllers stay there, so
 * limits can't be tested this way. Its mounts are slaves, not private: a copy of another engine's lxcfs that
 * is never unmounted here would keep that lxcfs running.
 */
export function enterUnifiedCgroups(): void {
  unshare('mount');
  for (const args of [
    ['mount', '--make-rslave', '/'],
    ['umount', '-R', '/sys/fs/cgroup'],
    ['mount', '-t', 'cgroup2', 'cgroup2', '/sys/fs/cgroup'],
  ] as const) {
    const [program, ...rest] = args;
    const done = spawnSync(program, rest, { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${args.join(' ')}: ${done.error?.message ?? done.stderr}`);
  }
}
