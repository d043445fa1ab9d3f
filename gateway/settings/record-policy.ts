import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { recordedPolicyName } from '../../shared/enforcement/recorded-policy-name.ts';
import type { RecordedPolicy } from '../../shared/enforcement/recorded-policy.ts';
import { startOf, type ProcessIdentity } from '../../shared/process/process-stat.ts';
import { allowsSocketMounts } from '../../shared/settings/effective.ts';
import type { PolicyState } from './settings-watch.ts';
import { StoredSettingsFile } from './stored-settings.ts';

/** Records which policy this gateway enforces, and stores its settings text. */
export interface PolicyRecorder {
  /**
   * Replaces record and stored text. Never throws: where they cannot be written there are none, and it is
   * tried again.
   */
  record(state: PolicyState): void;
  /** Whether the text in force is stored, for a start without the settings file. */
  isStored(): boolean;
  /** Stops recording: another gateway does so now. */
  stop(): void;
}

/** After a failure, as on a full disk, ms. */
const retryMs = 30_000;

/**
 * Records to files in `stateDirectory`; creates the directory. The policy is recorded for command line and
 * window, readable by everybody, its text for root alone. Null: records nothing.
 */
export function createPolicyRecorder(
  stateDirectory: string | null,
  log: (line: string) => void,
): PolicyRecorder {
  if (stateDirectory === null)
    return { record: () => undefined, isStored: () => false, stop: () => undefined };
  makeDirectory(stateDirectory, log);
  return new FilePolicyRecorder(stateDirectory, log);
}

class FilePolicyRecorder implements PolicyRecorder {
  readonly #file: string;
  readonly #text: StoredSettingsFile;
  readonly #log: (line: string) => void;
  #isStopped = false;
  #isStored = false;
  #retry: NodeJS.Timeout | undefined;
  /** The failures of the last attempt. */
  #failures: readonly string[] = [];

  constructor(stateDirectory: string, log: (line: string) => void) {
    this.#file = path.join(stateDirectory, recordedPolicyName);
    this.#text = new StoredSettingsFile(stateDirectory);
    this.#log = log;
  }

  record(state: PolicyState): void {
    if (this.#isStopped) return;
    clearTimeout(this.#retry);
    const failures: string[] = [];
    const attempt = (write: () => void): boolean => {
      try {
        write();
        return true;
      } catch (error) {
        failures.push(error instanceof Error ? error.message : String(error));
        return false;
      }
    };
    // The text first: the record says whether it is stored.
    this.#isStored = attempt(() => {
      this.#text.store(state.hash, state.text);
    });
    attempt(() => {
      this.#writeRecord(state);
    });
    for (const failure of failures) if (!this.#failures.includes(failure)) this.#log(failure);
    if (failures.length === 0 && this.#failures.length > 0) this.#log('the policy in force is stored again');
    this.#failures = failures;
    if (failures.length === 0) return;
    this.#retry = setTimeout(() => {
      this.record(state);
    }, retryMs);
    this.#retry.unref();
  }

  isStored(): boolean {
    return this.#isStored;
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#retry);
  }

  #writeRecord(state: PolicyState): void {
    const temporary = `${this.#file}.${process.pid}.tmp`;
    try {
      writeFileSync(temporary, `${JSON.stringify(recordOf(state, this.#isStored), null, 2)}\n`);
      // Whatever the umask of a service is.
      chmodSync(temporary, 0o644);
      renameSync(temporary, this.#file);
    } catch (error) {
      // An outdated record must not be taken for the current policy.
      removeRecord(this.#file, this.#log);
      removeRecord(temporary, this.#log);
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`${this.#file} cannot be written: ${reason}`, { cause: error });
    }
  }
}

function makeDirectory(directory: string, log: (line: string) => void): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o711 });
  } catch (error) {
    log(`${directory} cannot be made: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function removeRecord(file: string, log: (line: string) => void): void {
  try {
    rmSync(file, { force: true });
  } catch (error) {
    log(`${file} is outdated: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function recordOf(state: PolicyState, isStored: boolean): RecordedPolicy {
  const { settings, problem, problemKind } = state;
  return {
    gateway: ownIdentity(),
    at: new Date().toISOString(),
    hash: state.hash,
    eci: settings.eci.value,
    locked: settings.eci.locked,
    preferredOff: state.isPreferredOff,
    mode: settings.mode,
    backend: settings.backend,
    socketMounts: allowsSocketMounts(settings),
    problem: problem === null || problemKind === null ? null : { kind: problemKind, text: problem },
    stored: isStored,
  };
}

function ownIdentity(): ProcessIdentity {
  const started = startOf(readFileSync('/proc/self/stat', 'utf8'));
  if (started === null) throw new Error('/proc/self/stat has no start time');
  return {
    pid: process.pid,
    started,
    boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
  };
}
