import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';

/**
 * Resolves with the child that `spawn` starts, once it has started; rejects if it cannot be started.
 * Depending on the reason Node throws (no memory), emits an event, or returns a child without streams (no
 * descriptors left).
 */
export async function started<Child extends ChildProcess>(spawn: () => Child): Promise<Child> {
  const child = spawn();
  // A child that cannot be killed emits 'error', too: this must not end the planner.
  child.on('error', () => undefined);
  await once(child, 'spawn');
  return child;
}
