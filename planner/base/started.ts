import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';

/**
 * The child that `spawn` starts, once it has; rejects where it can't be. Node throws for some reasons (no
 * memory), tells of others by an event, and of a child for which there are no descriptors left there are no
 * streams either.
 */
export async function started<Child extends ChildProcess>(spawn: () => Child): Promise<Child> {
  const child = spawn();
  // One that can't be killed says so, too: nothing that should end us.
  child.on('error', () => undefined);
  await once(child, 'spawn');
  return child;
}
