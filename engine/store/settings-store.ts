import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { maxTextLength } from '../../shared/settings/document-limits.ts';
import type { SettingsState } from '../../shared/ipc/app-state.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import type { HistoryItem } from '../../shared/settings/history.ts';
import { atFirstUse } from '../base/at-first-use.ts';
import type { RootPaths } from '../base/root-paths.ts';
import {
  noFile,
  readSettings,
  readSettingsOrBytes,
  removeFile,
  writeFileAtomic,
  type StoredText,
} from '../base/files.ts';
import { systemCode } from '../../shared/process/system-code.ts';
import {
  isDeletion,
  listHistory,
  readVersion,
  versionState,
  type HistoryEntry,
  type VersionState,
} from './history.ts';
import {
  defaultSettings,
  effectiveSettings,
  lockedDownSettings,
  type EffectiveSettings,
} from '../../shared/settings/effective.ts';
import type { PreferenceName } from '../../shared/settings/preferences.ts';
import { readPolicyFacts } from './read-policy-facts.ts';
import { preferenceState, userSettingsPath, writePreference } from './user-settings.ts';
import { message, type Message, referenceTo } from '../../shared/messages/message.ts';
import { watchEntries, watchFiles } from '../base/watch.ts';

/** The settings file of one engine, its draft and its history. */
export interface SettingsStore {
  /**
   * The current state, read from disk. A file that can't be read is reported in `readError`, never thrown.
   */
  read(): Promise<SettingsState>;
  /** Stores `text` as the draft. Text equal to the applied one removes the draft. */
  setDraft(text: string): Promise<Result<SettingsState, AppError>>;
  discardDraft(): Promise<Result<SettingsState, AppError>>;
  /** 'theirs' drops the draft; 'mine' keeps it, based on the current file. */
  resolveConflict(keep: 'mine' | 'theirs'): Promise<Result<SettingsState, AppError>>;
  /** Calls back when the content of settings file or draft has changed. Returns how to stop. */
  watch(listener: () => void): () => void;
  /** Calls back when the gateway has recorded another policy. Returns how to stop. */
  watchPolicy(listener: () => void): () => void;
  /**
   * Stores a user's preference (null: none), effective at once and without an apply. Errors: settings.locked,
   * settings.unwritable.
   */
  prefer(setting: PreferenceName, value: boolean | null): Promise<Result<void, AppError>>;
  /** Newest first. */
  history(): Promise<Result<HistoryEntry[], AppError>>;
  /**
   * Newest first, with the changes of each, down to version 0; including unreadable ones and an unrecorded
   * change.
   */
  historyItems(): Promise<Result<HistoryItem[], AppError>>;
  /** A version's text; null if there was no file, as in version 0. */
  historyText(version: number): Promise<Result<string | null, AppError>>;
  /** Calls back when a version was added. Returns how to stop. */
  watchHistory(listener: () => void): () => void;
  /** Makes a version's text the draft (see `rollbackText`); applying it is a separate, planned step. */
  rollback(version: number): Promise<Result<SettingsState, AppError>>;
}

type StorePaths = Pick<
  RootPaths,
  'root' | 'settings' | 'draft' | 'history' | 'enforcedPolicy' | 'storedSettings'
>;

/**
 * File of the text that the draft was started from: distinguishes a change of the settings file from an edit.
 */
export const draftBasePath = (paths: Pick<RootPaths, 'draft'>): string =>
  paths.draft.replace(/\.json$/, '.base.json');

export interface SettingsStoreOptions {
  /** The meaning of the file's presence to its engine. Default: none. */
  readonly fileEnforcesSignIn?: boolean;
  /**
   * Why a user who may not write the file can't save it with an administrator's rights either; null if the
   * user is prompted for them. Absent: there is no prompt.
   */
  readonly elevationMissing?: () => Promise<Message | null>;
  /** The engine's gateway supports users' preferences. */
  readonly preferences?: boolean;
}

/** Opens the store. Reads and writes on demand only; keeps nothing in memory. */
export function createSettingsStore(paths: StorePaths, options: SettingsStoreOptions = {}): SettingsStore {
  const read = (): Promise<SettingsState> => readState(paths, options);
  const setDraft = async (
    text: string,
    state: Pick<SettingsState, 'applied' | 'exists' | 'base'>,
  ): Promise<Result<SettingsState, AppError>> => {
    const done =
      text === state.applied && (state.exists || text !== '')
        ? await dropDraft(paths)
        : await keepDraft(paths, text, state.base);
    return done.ok ? ok(await read()) : done;
  };

  const loadLister = atFirstUse(async () =>
    (await import('./history-items.ts')).historyLister(paths.history),
  );
  const loadRollback = atFirstUse(() => import('../../shared/settings/history.ts'));
  const historyText = async (version: number): Promise<Result<string | null, AppError>> => {
    // The state before the first version has no directory.
    if (version === 0) return ok(null);
    const found = await readVersion(paths.history, version);
    if (found.ok) return ok(found.value.settings);
    const entries = await listHistory(paths.history);
    return entries.ok && isDeletion(entries.value, version) ? ok(null) : found;
  };

  return {
    read,
    setDraft: async (text) => setDraft(text, await read()),
    discardDraft: async () => {
      const done = await dropDraft(paths);
      return done.ok ? ok(await read()) : done;
    },
    resolveConflict: async (keep) => {
      const state = await read();
      const done =
        keep === 'theirs' ? await dropDraft(paths) : await keepDraft(paths, state.draft, state.applied);
      return done.ok ? ok(await read()) : done;
    },
    prefer: async (setting, value) => {
      if (options.preferences !== true)
        return fail('settings.unwritable', message('settings.preferences-unsupported'));
      const applied = await readSettings(paths.settings);
      if (!applied.ok) return applied;
      const written = await writePreference(paths.root, settingsOf(applied.value), setting, value);
      return written.ok ? ok(undefined) : written;
    },
    watch: (listener) =>
      watchFiles(
        [
          paths.settings,
          paths.draft,
          draftBasePath(paths),
          ...(options.preferences === true ? [userSettingsPath(paths.root)] : []),
        ],
        listener,
      ),
    watchPolicy: (listener) => watchFiles([paths.enforcedPolicy], listener),
    history: async () => {
      const entries = await listHistory(paths.history);
      return entries.ok ? ok([...entries.value].reverse()) : entries;
    },
    historyItems: async () => {
      const applied = await readSettingsOrBytes(paths.settings);
      // Unreadable now: the page shows that; earlier versions can be read all the same.
      return (await loadLister())(applied.ok ? applied.value : { ...noFile, exists: true });
    },
    historyText,
    watchHistory: (listener) => watchEntries(paths.history, /^\d{4,9}$/, listener),
    rollback: async (version) => {
      const [found, state, { rollbackText }] = await Promise.all([
        historyText(version),
        read(),
        loadRollback(),
      ]);
      if (!found.ok) return found;
      const text = rollbackText(found.value, state.exists, {
        fileEnforcesSignIn: options.fileEnforcesSignIn ?? false,
      });
      // It replaces the file as it is now, whatever an earlier draft was started from.
      return setDraft(text, { ...state, base: state.applied });
    },
  };
}

async function readState(paths: StorePaths, options: SettingsStoreOptions): Promise<SettingsState> {
  const [applied, draft, base] = await Promise.all([
    readSettingsOrBytes(paths.settings),
    readSettings(paths.draft),
    readSettings(draftBasePath(paths)),
  ]);
  const current: StoredText = applied.ok ? applied.value : { ...noFile, exists: true };
  const versions = await versionState(paths.history, current);
  const draftStored = draft.ok && draft.value.exists ? draft.value.text : null;
  const baseStored = base.ok && base.value.exists ? base.value.text : null;
  // Nothing was edited since the draft was started: it follows the file.
  const edited = draftStored !== null && draftStored !== baseStored && draftStored !== current.text;
  const baseText = edited && baseStored !== null ? baseStored : current.text;
  const unreadable = [applied, draft, versions].find((result) => !result.ok);
  return {
    path: paths.settings,
    applied: current.text,
    appliedHash: current.hash,
    exists: current.exists,
    appliedVersion: versions.ok ? versions.value.current : 0,
    appliedBy: versions.ok ? appliedBy(versions.value) : null,
    draft: edited ? draftStored : current.text,
    base: baseText,
    conflict: edited && baseText !== current.text,
    readError: current.notText?.error ?? (unreadable?.ok === false ? unreadable.error : null),
    ...readOnlyFields(await readOnlyReason(paths, options.elevationMissing)),
    preference: options.preferences === true ? await preferenceState(paths.root, settingsOf(current)) : null,
    policyFacts: await readPolicyFacts(
      paths,
      applied.ok && current.notText === undefined ? current : null,
      versions.ok ? versions.value.entries : [],
    ),
  };
}

async function dropDraft(paths: StorePaths): Promise<Result<void, AppError>> {
  const draft = await removeFile(paths.draft);
  return draft.ok ? removeFile(draftBasePath(paths)) : draft;
}

async function keepDraft(paths: StorePaths, text: string, base: string): Promise<Result<void, AppError>> {
  if (Buffer.byteLength(text) > maxTextLength) {
    return fail('settings.too-large', message('settings.draft-too-large'), {
      reason: message('engine.size-limit', { mebibytes: maxTextLength / 2 ** 20 }),
    });
  }
  const directory = await ensureRoot(paths.root);
  if (!directory.ok) return directory;
  // The base first: a draft without its base would hide a conflict.
  const written = await writeFileAtomic(draftBasePath(paths), base, { named: paths.draft });
  return written.ok ? writeFileAtomic(paths.draft, text) : written;
}

/** As the gateway interprets it, without any user's preference. */
function settingsOf(stored: StoredText): EffectiveSettings {
  if (!stored.exists) return defaultSettings;
  const read = effectiveSettings(stored.text, { exists: true });
  return read.ok ? read.value : lockedDownSettings;
}

function appliedBy({ recorded, entries }: VersionState): SettingsState['appliedBy'] {
  const last = entries.at(-1);
  return recorded && last?.how === 'apply' ? { user: last.user, at: last.at } : null;
}

/** Creates the engine's directory if there is none. */
export async function ensureRoot(root: string): Promise<Result<void, AppError>> {
  try {
    // Like the directory made by the engine: clients can connect to sockets in it, and nobody can list it.
    await mkdir(root, { recursive: true, mode: 0o711 });
    return ok(undefined);
  } catch (error) {
    return fail('settings.unwritable', message('engine.file-not-created', { file: root }), {
      cause: error,
      hint: message('settings.run-as-writer'),
      params: { path: root },
    });
  }
}

/** Why saving is not possible, as part of the state. */
export const readOnlyFields = (
  reason: Message | null,
): Pick<SettingsState, 'readOnly' | 'readOnlySentence'> =>
  reason === null ? { readOnly: null } : { readOnly: reason.text, readOnlySentence: referenceTo(reason) };

/**
 * Why this user can't save; null: the user can. For a directory that does not exist yet, its nearest existing
 * parent decides.
 */
async function readOnlyReason(
  paths: StorePaths,
  elevationMissing?: () => Promise<Message | null>,
): Promise<Message | null> {
  let directory = path.dirname(paths.settings);
  for (;;) {
    try {
      await access(directory, constants.W_OK);
      return null;
    } catch (error) {
      if (systemCode(error) === 'ENOENT' && path.dirname(directory) !== directory) {
        directory = path.dirname(directory);
        continue;
      }
      const missing = await elevationMissing?.();
      if (missing === null) return null;
      // Displayed after "Locked by": the reason is the file's location, whatever the system's error.
      return missing === undefined
        ? message('settings.rights-of', { directory })
        : message('settings.rights-of-without-program', { directory, missing });
    }
  }
}
