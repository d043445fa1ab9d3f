import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { recordedPolicyName } from '../../shared/enforcement/recorded-policy-name.ts';
import type { RecordedPolicy } from '../../shared/enforcement/recorded-policy.ts';
import { startOf, type ProcessIdentity } from '../../shared/process/process-stat.ts';
import type { PolicyState } from './settings-watch.ts';

/** Records which policy this gateway enforces, for command line and window. */
export interface PolicyRecorder {
  /** Replaces the record. Never throws: where it cannot be written, there is none. */
  record(state: PolicyState): void;
  /** Stops recording: another gateway does so now. */
  stop(): void;
}

/**
 * Records to a file in `stateDirectory`, readable by everybody; creates the directory. Null: records nothing.
 */
export function createPolicyRecorder(
  stateDirectory: string | null,
  log: (line: string) => void,
): PolicyRecorder {
  let stopped = stateDirectory === null;
  const file = path.join(stateDirectory ?? '', recordedPolicyName);
  const temporary = `${file}.${process.pid}.tmp`;
  if (stateDirectory !== null) makeDirectory(stateDirectory, log);
  return {
    record(state) {
      if (stopped) return;
      try {
        writeFileSync(temporary, `${JSON.stringify(recordOf(state), null, 2)}\n`);
        // Whatever the umask of a service is.
        chmodSync(temporary, 0o644);
        renameSync(temporary, file);
      } catch (error) {
        log(`${file} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
        removeRecord(file, log);
        removeRecord(temporary, log);
      }
    },
    stop() {
      stopped = true;
    },
  };
}

function makeDirectory(directory: string, log: (line: string) => void): void {
  try {
    mkdirSync(directory, { recursive: true, mode: 0o711 });
  } catch (error) {
    log(`${directory} cannot be made: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** An outdated record must not be taken for the current policy. */
function removeRecord(file: string, log: (line: string) => void): void {
  try {
    rmSync(file, { force: true });
  } catch (error) {
    log(`${file} is outdated: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function recordOf(state: PolicyState): RecordedPolicy {
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
    problem: problem === null || problemKind === null ? null : { kind: problemKind, text: problem },
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
