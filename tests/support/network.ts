import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * A network namespace with loopback alone, for an engine beside another: engines write iptables chains of
 * fixed names.
 */
export interface Network {
  /** Command prefix that runs a command in it, with all other namespaces of this process. */
  readonly enter: readonly string[];
  /** Releases it; it lasts as long as something runs in it. */
  close(): Promise<void>;
}

export async function makeNetwork(): Promise<Network> {
  // Ends with our end of the pipe, and therefore also with this process.
  const holder = spawn('unshare', ['--net', 'sh', '-c', 'ip link set lo up && echo up && exec cat'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(holder, 'exit');
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => {
      resolve();
    });
    holder.once('error', reject);
    holder.once('exit', (code) => {
      reject(new Error(`no network namespace could be made: ${code}`));
    });
  });
  return {
    enter: ['nsenter', `--net=/proc/${holder.pid ?? 0}/ns/net`],
    close: async () => {
      holder.stdin.end();
      await ended;
    },
  };
}
