import type { Message } from '../messages/message.ts';

/** What `bulkhead install` or `uninstall` would do to the machine's Docker Engine. */
export interface InstallPlan {
  readonly action: 'install' | 'uninstall';
  /** Whether the gateway is in front of the engine already. */
  readonly installed: boolean;
  /** Whether a prepared installation waits for `bulkhead install` or the machine's next start. */
  readonly prepared: boolean;
  /** Files that change, with their new text. */
  readonly files: readonly InstallFileChange[];
  readonly restartsEngine: boolean;
  /** Names of running containers that stop and stay stopped. */
  readonly stops: readonly string[];
  /** Names of running containers that stop and are restarted by their restart policies. */
  readonly restarts: readonly string[];
  /** Containers stop, but the engine did not list them: the names are missing here. */
  readonly stopsUnknown: boolean;
  /** Names of running containers that keep running (`live-restore`). */
  readonly keepRunning: readonly string[];
  /** Containers that were created under ECI: the plain engine cannot start them. */
  readonly unstartable: readonly string[];
  /** Why it is refused; empty if it is not. */
  readonly blockers: readonly (string | Message)[];
}

export interface InstallFileChange {
  readonly path: string;
  /** `merge`: keys are added, everything else stays. `restore`: they are removed again. */
  readonly change: 'create' | 'replace' | 'merge' | 'remove' | 'restore';
  readonly text: string;
}
