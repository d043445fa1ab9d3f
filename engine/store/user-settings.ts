import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import type { EffectiveSettings } from '../../shared/settings/index.ts';
import {
  maxPreferencesBytes,
  parsePreferences,
  preferencePointers,
  userSettingsName,
  withPreferences,
  type PreferenceName,
  type PreferenceState,
  type UserPreferences,
} from '../../shared/settings/preferences.ts';
import { message, plainText, sentenceOf, type Message } from '../../shared/messages/message.ts';
import { engineCommand } from '../base/engine-command.ts';
import { systemCode } from '../../shared/process/system-code.ts';

/**
 * Preferences of an engine's users: a file created by its gateway, writable by users of the socket, while
 * some setting is not locked.
 */
export const userSettingsPath = (root: string): string => path.join(root, userSettingsName);

export interface StoredPreferences {
  readonly preferences: UserPreferences | null;
  readonly problem: Message | string | null;
}

/**
 * The content of the file, validated as the gateway does (gateway/settings/preferences-file.ts). A missing or
 * empty file: no preferences.
 */
export async function readUserSettings(root: string): Promise<StoredPreferences> {
  let text: string;
  try {
    const handle = await open(
      userSettingsPath(root),
      constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK,
    );
    try {
      const info = await handle.stat();
      if (!info.isFile() || info.uid !== 0 || info.nlink !== 1 || (info.mode & 0o002) !== 0)
        return { preferences: null, problem: message('settings.preferences-file-foreign') };
      if (info.size > maxPreferencesBytes)
        return { preferences: null, problem: message('settings.preferences-too-large') };
      // Limited to that, even if it grows meanwhile: other users write to it.
      const { bytesRead, buffer } = await handle.read(
        Buffer.alloc(maxPreferencesBytes + 1),
        0,
        maxPreferencesBytes + 1,
        0,
      );
      if (bytesRead > maxPreferencesBytes)
        return { preferences: null, problem: message('settings.preferences-too-large') };
      text = buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (error) {
    return {
      preferences: null,
      problem: systemCode(error) === 'ENOENT' ? null : error instanceof Error ? error.message : String(error),
    };
  }
  if (text.trim() === '') return { preferences: null, problem: null };
  const preferences = parsePreferences(text);
  return {
    preferences,
    problem: preferences === null ? message('settings.preferences-content-unknown') : null,
  };
}

/** The preferences together with the administrator's settings. */
export async function preferenceState(root: string, admin: EffectiveSettings): Promise<PreferenceState> {
  const { preferences, problem } = await readUserSettings(root);
  const writable = await access(userSettingsPath(root), constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  return {
    by: preferences?.by ?? null,
    eci: preferences?.eci ?? null,
    blockDockerLoad: preferences?.blockDockerLoad ?? null,
    outcomes: withPreferences(admin, preferences).outcomes,
    problem: problem === null ? null : plainText(problem),
    ...(problem === null ? {} : sentenceOf(problem)),
    writable,
  };
}

/**
 * Writes one preference, null to remove it. In place: only root may create files there. Refuses a preference
 * without effect (a locked setting, isolation that is off by default): nobody should believe that it had one.
 */
export async function writePreference(
  root: string,
  admin: EffectiveSettings,
  name: PreferenceName,
  value: boolean | null,
): Promise<Result<UserPreferences, AppError>> {
  const pointer = preferencePointers[name];
  if (value !== null) {
    if (admin[name].locked)
      return fail('settings.locked', message('settings.preference-locked'), {
        reason: message('settings.key-locked', { pointer }),
        params: { pointer },
      });
    if (name === 'eci' && value && !admin.eci.value)
      return fail('settings.locked', message('settings.preference-cannot-turn-on'), {
        reason: message('settings.engine-not-prepared'),
        hint: message('settings.ask-administrator-to-apply'),
        params: { pointer },
      });
  }
  const before = (await readUserSettings(root)).preferences;
  const { by: _by, [name]: _old, ...others } = before ?? { version: 1 as const };
  const next: UserPreferences = {
    ...others,
    version: 1,
    by: userName(),
    ...(value === null ? {} : { [name]: value }),
  };
  try {
    const handle = await open(
      userSettingsPath(root),
      constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW,
    );
    try {
      await handle.writeFile(`${JSON.stringify(next)}\n`);
    } finally {
      await handle.close();
    }
    return ok(next);
  } catch (error) {
    const code = systemCode(error);
    return code === 'ENOENT'
      ? fail('settings.unwritable', message('settings.preferences-file-missing'), {
          reason: message('settings.preferences-file-origin', {
            userSettingsPath: userSettingsPath(root),
          }),
          hint: message('engine.start-with-command', { command: engineCommand('start', root) }),
        })
      : fail('settings.unwritable', message('settings.preference-not-saved'), {
          cause: error,
          hint: message('settings.preferences-writers'),
        });
  }
}

/** A name in the form that the schema allows; any other is left out. */
function userName(): string {
  const name = process.env['SUDO_USER'] ?? os.userInfo().username;
  return /^[A-Za-z_][A-Za-z0-9_.-]{0,63}\$?$/.test(name) ? name : 'unnamed';
}
