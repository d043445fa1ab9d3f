import { readFile, readdir } from 'node:fs/promises';

/** The attacker, and the other owner of containers: ordinary accounts, with no group but the socket's. */
export const attacker = 4242;
export const bob = 4343;

/** Common to all attempts of one side. */
export interface AttackSetup {
  readonly name: 'engine' | 'gateway';
  /** The clients' socket. */
  readonly door: string;
  readonly engineSocket: string;
  /** dockerd's directory: it contains `data`. */
  readonly engineRoot: string;
  /** A directory of this side on a file system on which setuid works. */
  readonly directory: string;
  /** The attacker's tool, where everybody can execute it. */
  readonly tool: string;
  /** A raw device whose first bytes are the canary. */
  readonly rawDevice: { readonly major: number; readonly minor: number };
  /**
   * Ends and restarts the component that stores the ranges of ids, as an update does. A bare engine has none.
   */
  readonly restartRanges: () => Promise<void>;
  /** The engine's administrator. */
  readonly admin: (...args: string[]) => Promise<string>;
}

/** Content that only root can read: reading it proves root, or one of root's rights. */
export const canary = 'read with the rights of root';
/** An account that is only on the raw device. */
export const deviceAccount = { name: 'of-the-device', uid: 7777 } as const;
/** Content that is only in Bob's container. */
export const bobsSecret = 'read from the container of bob';

export interface Container {
  readonly name: string;
  /** Of its first process, as seen by the machine. */
  readonly pid: number;
}

/** The process that serves `control`, first of its kind; null if there is none. */
export async function processOf(control: string): Promise<number | null> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids.find((_, index) => lines[index]?.endsWith(`/accomplice\0serve\0${control}\0`)) ?? null;
}

/** Ids of a process, as seen by the machine. */
export async function effectiveUid(pid: number): Promise<number> {
  return Number(/^Uid:\s+\d+\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
