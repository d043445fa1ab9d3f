/** The processor and devices that a guest runs on. */
export interface VirtualMachine {
  /** The guest's first disk, as a container would make it. */
  readonly disk: { readonly device: string; readonly major: number };
  /** The command that runs another one where the guest can be reached, and the address of its sshd there. */
  readonly ssh: { readonly prefix: readonly string[]; readonly host: string; readonly port: number };
  /** Of the process that runs it, once that has ended by itself. */
  readonly exitCode: number | null;
  /** The guest's command for another boot; after it, `reboot`. */
  readonly rebootCommand: string;
  reboot(): Promise<void>;
  /**
   * Starts the machine again at once, without notice to any service, and without writing back data that is
   * only in its memory.
   */
  powerCycle(): Promise<void>;
  /** Power-cycles a machine that can't finish its boot, by what it wrote to its console in this boot. */
  recoverBoot(written: string): boolean;
  /** Called once its first boot is complete. */
  booted(): Promise<void>;
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
