import { createHash } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { recordedPolicyName, storedSettingsName } from '../../shared/enforcement/recorded-policy-name.ts';
import { recordedPolicySchema } from '../../shared/enforcement/recorded-policy.ts';
import {
  formatStoredSettings,
  parseStoredSettings,
  startWithoutFile,
  type FoundRecord,
  type FoundSettings,
  type StartWithoutFile,
} from '../../shared/enforcement/start-without-file.ts';
import { removalNote } from '../../shared/settings/removal-note.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/** What this start brings into force if there is no settings file. */
export function readStartWithoutFile(stateDirectory: string, settingsFile: string): StartWithoutFile {
  return startWithoutFile({
    record: readRecord(path.join(stateDirectory, recordedPolicyName)),
    stored: readStoredSettings(path.join(stateDirectory, storedSettingsName)),
    removed: readRemovedHash(settingsFile),
  });
}

/** The hash in the note about a file that was removed on purpose; null without one. */
export function readRemovedHash(settingsFile: string): string | null {
  const note = readOrReason(removalNote(settingsFile));
  return 'text' in note ? note.text.trim() : null;
}

function readRecord(file: string): FoundRecord {
  const read = readOrReason(file);
  if (!('text' in read)) return read.isMissing ? null : 'damaged';
  try {
    return recordedPolicySchema.pick({ hash: true, stored: true }).parse(JSON.parse(read.text));
  } catch {
    return 'damaged';
  }
}

function readStoredSettings(file: string): FoundSettings {
  const read = readOrReason(file);
  if (!('text' in read)) return { state: read.isMissing ? 'absent' : 'damaged' };
  return parseStoredSettings(read.text, (text) => createHash('sha256').update(text).digest('hex'));
}

function readOrReason(file: string): { readonly text: string } | { readonly isMissing: boolean } {
  try {
    return { text: readFileSync(file, 'utf8') };
  } catch (error) {
    return { isMissing: systemCode(error) === 'ENOENT' };
  }
}

/** The settings text in force, stored for a start without the settings file. */
export class StoredSettingsFile {
  readonly #file: string;
  readonly #temporary: string;
  /** Hash of the stored text, as in `PolicyState`; undefined: none is stored. */
  #hash: string | null | undefined;

  constructor(stateDirectory: string) {
    this.#file = path.join(stateDirectory, storedSettingsName);
    this.#temporary = `${this.#file}.${process.pid}.tmp`;
    const found = readStoredSettings(this.#file);
    this.#hash = found.state === 'stored' ? found.hash : undefined;
  }

  /**
   * Replaces the stored text durably, if it is another one. Throws where it cannot be written; then no text
   * is stored, since an earlier one must not be taken for it.
   */
  store(hash: string | null, text: string | null): void {
    if (this.#hash === hash) return;
    try {
      this.#hash = undefined;
      writeSynced(this.#temporary, formatStoredSettings({ hash, text }));
      renameSync(this.#temporary, this.#file);
      syncDirectory(path.dirname(this.#file));
      this.#hash = hash;
    } catch (error) {
      this.#discard();
      throw error instanceof Error
        ? new Error(`${this.#file} cannot be written: ${error.message}`, { cause: error })
        : error;
    }
  }

  /** An empty file needs no space, and is taken for a damaged one. */
  #discard(): void {
    try {
      rmSync(this.#temporary, { force: true });
    } catch {
      /* it is replaced by the next attempt */
    }
    try {
      writeFileSync(this.#file, '', { mode: 0o600 });
    } catch {
      /* read-only, or without a directory: the error above is logged */
    }
  }
}

/**
 * Synchronous: the text is durable before a request is decided by it. A slow disk therefore delays requests,
 * at a change of the settings only.
 */
function writeSynced(file: string, content: string): void {
  const fd = openSync(file, 'w', 0o600);
  try {
    // Also if the file exists: the text may be readable for root alone.
    fchmodSync(fd, 0o600);
    writeFileSync(fd, content);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
