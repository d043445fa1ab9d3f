import { spawnSync } from 'node:child_process';
import { unshare } from './unshare.ts';

/**
 * Moves this test process, and whatever it starts from now on, into a network namespace of its own with
 * loopback up (set-up file of tests that start engines, one process a file). Engines write iptables chains of
 * fixed names, and two that start at once trip over each other; so they also leave this machine's network
 * alone.
 */
function enterOwnNetwork(): void {
  unshare('network');
  const up = spawnSync('ip', ['link', 'set', 'lo', 'up'], { encoding: 'utf8' });
  if (up.status !== 0) throw new Error(`loopback can't be brought up: ${up.error?.message ?? up.stderr}`);
}

enterOwnNetwork();
