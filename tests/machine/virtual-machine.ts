import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';

/** The processor and devices that a guest runs on. */
export interface VirtualMachine {
  /** The guest's first disk, as a container would make it. */
  readonly disk: { readonly device: string; readonly major: number };
  /** The command that runs another one where the guest can be reached, and the address of its sshd there. */
  readonly ssh: { readonly prefix: readonly string[]; readonly host: string; readonly port: number };
  /** How the process that runs it has ended by itself: `exit code 1`, `SIGBUS`; null while it runs. */
  readonly ended: string | null;
  /** How long a user of the load test waits between two commands, in seconds. */
  readonly loadPauseSeconds: number;
  /** The guest's command for another boot; after it, `reboot`. */
  readonly rebootCommand: string;
  /** Throws if the guest has not shut down within `timeoutMs`. */
  reboot(timeoutMs: number): Promise<void>;
  /**
   * Starts the machine again at once, without notice to any service, and without writing back data that is
   * only in its memory.
   */
  powerCycle(): Promise<void>;
  /** Power-cycles a machine that can't finish its boot, by what it wrote to its console in this boot. */
  recoverBoot(written: string): boolean;
  /** Called once its first boot is complete: removes files that it needs no more by their names. */
  releaseFiles(): Promise<void>;
  /** Ends it at once. Files in its directory are the caller's to remove. */
  stop(): Promise<void>;
}

/** Where a virtual machine keeps its files, and what it writes. */
export interface VirtualMachineFiles {
  /** Of this machine alone: its layer above the image's disk. */
  readonly directory: string;
  /** The image's disk, which is not written to. */
  readonly disk: string;
  readonly consoleLog: string;
}

/** How a process has ended: `exit code 1`, `SIGBUS`; null while it runs. */
export function howEnded({ exitCode, signalCode }: ChildProcess): string | null {
  return signalCode ?? (exitCode === null ? null : `exit code ${exitCode}`);
}

/** Kills a process; resolves when it, and all that have its pipes, have ended. */
export async function killAndWait(child: ChildProcess): Promise<void> {
  if (howEnded(child) !== null) return;
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}
