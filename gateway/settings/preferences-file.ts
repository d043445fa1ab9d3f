import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  writeFileSync,
} from 'node:fs';
import {
  leavesAnything,
  maxPreferencesBytes,
  parsePreferences,
  type UserPreferences,
} from '../../shared/settings/preferences.ts';
import type { EffectiveSettings } from '../../shared/settings/effective.ts';
import { systemCode } from '../../shared/process/system-code.ts';

export interface PreferencesResult {
  readonly preferences: UserPreferences | null;
  /** Why the file is ignored. */ readonly problem: string | null;
}

/**
 * Reads the preferences of users from the file that this gateway created. Fails closed: a link, another kind
 * of file, another owner, a world-writable file and invalid content count as no preferences, and the
 * administrator's settings apply.
 */
export function readPreferences(file: string): PreferencesResult {
  const none = (problem: string | null): PreferencesResult => ({ preferences: null, problem });
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = systemCode(error);
    return none(code === 'ENOENT' ? null : `it can't be opened: ${code}`);
  }
  try {
    const info = fstatSync(descriptor);
    if (!info.isFile() || info.nlink !== 1) return none('it is no plain file');
    if (info.uid !== process.getuid?.()) return none(`it belongs to uid ${info.uid}`);
    if ((info.mode & 0o002) !== 0) return none('everybody may write it');
    if (info.size > maxPreferencesBytes) return none('it is too large');
    // A bounded read, however the file grows: users can write to it.
    const bytes = Buffer.alloc(maxPreferencesBytes + 1);
    const length = readSync(descriptor, bytes, 0, bytes.length, 0);
    if (length > maxPreferencesBytes) return none('it is too large');
    const text = bytes.toString('utf8', 0, length);
    if (text.trim() === '') return none(null);
    const preferences = parsePreferences(text);
    return preferences === null
      ? none('it contains something other than preferences')
      : { preferences, problem: null };
  } catch (error) {
    return none(error instanceof Error ? error.message : String(error));
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Creates the file, writable for the socket's group while users may set a preference; while all are locked it
 * is not writable. Its content is never changed. Returns the problem, or null.
 */
export function syncPreferencesFile(
  file: string,
  settings: EffectiveSettings,
  gid: number | null,
): string | null {
  const open = leavesAnything(settings) && gid !== null;
  const mode = open ? 0o660 : 0o640;
  try {
    const info = lstatSync(file, { throwIfNoEntry: false });
    if (info === undefined) {
      if (!open) return null;
      writeFileSync(file, '', { flag: 'wx', mode: 0o600 });
    } else if (!info.isFile()) return 'it is no plain file';
    if (process.getuid?.() === 0 && gid !== null && (info?.gid !== gid || info.uid !== 0))
      chownSync(file, 0, gid);
    if (info === undefined || (info.mode & 0o7777) !== mode) chmodSync(file, mode);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
