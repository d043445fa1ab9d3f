import { readFile, readdir } from 'node:fs/promises';

/** Who attacks, and who else has containers: ordinary accounts, no group but the socket's. */
export const attacker = 4242;
export const bob = 4343;

/** What all attempts of one side have in common. */
export interface Ground {
  readonly name: 'engine' | 'gateway';
  /** The clients' socket. */
  readonly door: string;
  readonly engineSocket: string;
  /** dockerd's directory: `data` is in it. */
  readonly engineRoot: string;
  /** A directory of this side's on a file system where setuid counts. */
  readonly directory: string;
  /** The attacker's tool, where everybody may execute it. */
  readonly tool: string;
  /** A raw device whose first bytes are the canary. */
  readonly rawDevice: { readonly major: number; readonly minor: number };
  /** Ends what keeps the ranges of ids and starts it again, as an update does. A bare engine has none. */
  readonly restartRanges: () => Promise<void>;
  /** Engine's administrator. */
  readonly admin: (...args: string[]) => Promise<string>;
}

/** What root alone can read; whoever has it was root, or had a right of root's. */
export const canary = 'read with the rights of root';
/** An account that only the raw device knows. */
export const deviceAccount = { name: 'of-the-device', uid: 7777 } as const;
/** What is in Bob's container alone. */
export const bobsSecret = 'read from the container of bob';

export interface Container {
  readonly name: string;
  /** Of its first process, as the machine sees it. */
  readonly pid: number;
}

/** The process that serves `control`, first of its kind; null where there is none. */
export async function processOf(control: string): Promise<number | null> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const lines = await Promise.all(
    pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')),
  );
  return pids.find((_, index) => lines[index]?.endsWith(`/accomplice\0serve\0${control}\0`)) ?? null;
}

/** Ids of a process, as the machine sees them. */
export async function effectiveUid(pid: number): Promise<number> {
  return Number(/^Uid:\s+\d+\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
