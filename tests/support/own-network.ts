import { spawnSync } from 'node:child_process';
import { unshare } from './unshare.ts';

/**
 * Moves this test process, and its later children, into a network namespace of its own with loopback up
 * (set-up file of tests that start engines, one process per file). Engines write iptables chains of fixed
 * names, and two that start at once disturb each other; this also protects this machine's network.
 */
function enterOwnNetwork(): void {
  unshare('network');
  const up = spawnSync('ip', ['link', 'set', 'lo', 'up'], { encoding: 'utf8' });
  if (up.status !== 0) throw new Error(`loopback can't be brought up: ${up.error?.message ?? up.stderr}`);
}

enterOwnNetwork();
