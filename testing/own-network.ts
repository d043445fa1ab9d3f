import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/**
 * Moves this test process, and whatever it starts from now on, into a network namespace of its own with loopback up (set-up file of tests
 * that start engines, one process a file). Engines write iptables chains of fixed names, and two that start at once trip over each other;
 * so they also leave this machine's network alone.
 */
function enterOwnNetwork(): void {
  const newNetwork = 0x4000_0000; // CLONE_NEWNET
  // The require's result has no static type; these are the two members used of koffi's documented interface.
  const koffi = createRequire(import.meta.url)('koffi') as { load(name: string): { func(definition: string): (flags: number) => number } };
  // Node starts processes and opens sockets on its main thread, which is the one that moves.
  if (koffi.load('libc.so.6').func('int unshare(int flags)')(newNetwork) !== 0) throw new Error('no network namespace can be made: run the tests as root');
  const up = spawnSync('ip', ['link', 'set', 'lo', 'up'], { encoding: 'utf8' });
  if (up.status !== 0) throw new Error(`loopback can't be brought up: ${up.error?.message ?? up.stderr}`);
}

enterOwnNetwork();
