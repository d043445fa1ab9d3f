import { readFile, readdir, readlink } from 'node:fs/promises';
import { startOf, statFields, type ProcessIdentity } from '../../shared/process/process-stat.ts';
import { usualLimits } from '../../shared/process/time-limits.ts';
import { atFirstUse } from './at-first-use.ts';
import { scaledLimit } from './machine-speed.ts';

/** Identity of a running process; null if there is none (a zombie counts as gone). */
export async function identityOf(pid: number): Promise<ProcessIdentity | null> {
  const started = startOf(await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''));
  return started === null ? null : { pid, started, boot: await bootId() };
}

/** Whether that very process is still running. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await identityOf(identity.pid);
  return now !== null && now.started === identity.started && now.boot === identity.boot;
}

/** Read once: it stays the same as long as this process runs. */
const readBootId = atFirstUse(async () => (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim());
const bootId = (): Promise<string> => readBootId().catch(() => '');

export interface RunningProcess extends ProcessIdentity {
  readonly parent: number;
  readonly args: readonly string[];
  /** Whether it is root's in our own user namespace: no user can fake that, whatever the process's name. */
  readonly isRootProcess: boolean;
}

/** Every process of this machine with its command line. Kernel threads have an empty one. */
export async function runningProcesses(): Promise<RunningProcess[]> {
  const boot = await bootId();
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const namespace = await readlink('/proc/self/ns/user').catch(() => '');
  const found = await Promise.all(
    pids.map(async (pid) => {
      const text = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
      const [stat, cmdline, status, own] = await Promise.all([
        text('stat'),
        text('cmdline'),
        text('status'),
        readlink(`/proc/${pid}/ns/user`).catch(() => null),
      ]);
      const started = startOf(stat);
      if (started === null) return null;
      return {
        pid,
        started,
        boot,
        parent: statFields(stat).parent,
        args: cmdline.replace(/\0$/, '').split('\0'),
        isRootProcess: own === namespace && /^Uid:\t0\t0\t0\t0$/m.test(status),
      };
    }),
  );
  return found.filter((p) => p !== null);
}

/**
 * Ends processes: SIGTERM, and SIGKILL for those left after `graceMs`. Resolves when all are gone. Rejects if
 * one can't be killed (stuck in the kernel).
 */
export async function endProcesses(identities: readonly ProcessIdentity[], graceMs: number): Promise<void> {
  await signalAll(identities, 'SIGTERM');
  if (await waitForExit(identities, graceMs)) return;
  await signalAll(identities, 'SIGKILL');
  if (await waitForExit(identities, await scaledLimit(usualLimits.killedProcessEnd))) return;
  const remaining = await survivors(identities);
  if (remaining.length > 0)
    throw new Error(`processes ${remaining.map((p) => p.pid).join(', ')} can't be ended`);
}

async function signalAll(identities: readonly ProcessIdentity[], signal: NodeJS.Signals): Promise<void> {
  for (const identity of await survivors(identities)) {
    try {
      process.kill(identity.pid, signal);
    } catch {
      /* it has exited meanwhile */
    }
  }
}

async function survivors(identities: readonly ProcessIdentity[]): Promise<ProcessIdentity[]> {
  const alive = await Promise.all(identities.map(isAlive));
  return identities.filter((_, i) => alive[i]);
}

/** Resolves when none of the processes is running any more (true), or after `timeoutMs` (false). */
export async function waitForExit(
  identities: readonly ProcessIdentity[],
  timeoutMs: number,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  // They need not be our children, so there is no event to wait for.
  while ((await survivors(identities)).length > 0) {
    if (Date.now() >= deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return true;
}
