import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Waits for a lock on something of this machine that tests of several stages change, such as /etc/cdi.
 * Resolves with its release; it also ends with this process.
 */
export async function lockOfMachine(name: string): Promise<() => void> {
  const holder = spawn('flock', [`/run/bulkhead-test-${name}.lock`, 'sh', '-c', 'echo locked; exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(holder.stdout, 'data');
  return () => {
    holder.stdin.end();
  };
}
