import type { Message } from '../messages/message.ts';

/** What `bulkhead install` or `uninstall` would do to the machine's Docker Engine. */
export interface InstallPlan {
  readonly action: 'install' | 'uninstall';
  /** Whether the gateway is in front of the engine already. */
  readonly installed: boolean;
  /** Whether an installation was written that waits for `bulkhead install` or the machine's next start. */
  readonly prepared: boolean;
  /** Files that change, with their new text. */
  readonly files: readonly InstallFileChange[];
  readonly restartsEngine: boolean;
  /** Names of running containers that stop and stay stopped. */
  readonly stops: readonly string[];
  /** Names of running containers that stop and come back by their restart policies. */
  readonly restarts: readonly string[];
  /** Names of running containers that go on (`live-restore`). */
  readonly keepRunning: readonly string[];
  /** Containers that were made under ECI: the plain engine cannot start them. */
  readonly unstartable: readonly string[];
  /** Why it is refused; empty where it is not. */
  readonly blockers: readonly (string | Message)[];
}

export interface InstallFileChange {
  readonly path: string;
  /** `merge`: keys are added to it, all else stays. `restore`: they are taken out again. */
  readonly change: 'create' | 'replace' | 'merge' | 'remove' | 'restore';
  readonly text: string;
}
