import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/**
 * Moves this test process, and whatever it starts from now on, into a mount namespace where /sys/fs/cgroup is cgroup v2 alone: what
 * engines and runc tell the version by. On a machine that uses v1 the controllers stay there, so that limits can't be tried this way.
 */
export function enterUnifiedCgroups(): void {
  const newMounts = 0x2_0000; // CLONE_NEWNS
  // The require's result has no static type; these are the two members used of koffi's documented interface.
  const koffi = createRequire(import.meta.url)('koffi') as { load(name: string): { func(definition: string): (flags: number) => number } };
  // Node starts processes on its main thread, which is the one that moves.
  if (koffi.load('libc.so.6').func('int unshare(int flags)')(newMounts) !== 0) throw new Error('no mount namespace can be made: run the tests as root');
  for (const args of [['mount', '--make-rprivate', '/'], ['umount', '-R', '/sys/fs/cgroup'], ['mount', '-t', 'cgroup2', 'cgroup2', '/sys/fs/cgroup']] as const) {
    const [program, ...rest] = args;
    const done = spawnSync(program, rest, { encoding: 'utf8' });
    if (done.status !== 0) throw new Error(`${args.join(' ')}: ${done.error?.message ?? done.stderr}`);
  }
}
