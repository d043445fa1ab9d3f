import { createHash } from 'node:crypto';
import { lstatSync, readFileSync, statSync, watch, type FSWatcher } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { PolicyProblem } from '../../shared/enforcement/recorded-policy.ts';
import {
  defaultSettings,
  effectiveSettings,
  lockedDownSettings,
  type EffectiveSettings,
} from '../../shared/settings/effective.ts';
import {
  preferenceNames,
  preferencePointers,
  describePreferences,
  withPreferences,
} from '../../shared/settings/preferences.ts';
import { removalNote } from '../../shared/settings/removal-note.ts';
import { readPreferences } from './user-settings.ts';

/** Settings larger than this are a mistake (the file is a few KB). */
const maxSettingsBytes = 4 * 1024 * 1024;

export interface PolicyState {
  readonly settings: EffectiveSettings;
  /** Grows by one with every change taken over. */
  readonly generation: number;
  /** sha256 (hex) of the text in force; '' where there was no file; null while locked down. */
  readonly hash: string | null;
  /** Why the file on disk is not what is in force, if so. */
  readonly problem: string | null;
  /** What the problem is: the file is gone, or cannot be used. Null without one. */
  readonly problemKind: PolicyProblem | null;
  /**
   * What a user prefers where the administrator left it open, in words; null: nothing of the kind is in
   * force. `settings` has it already.
   */
  readonly preference: string | null;
  /** Such a preference has turned ECI off. */
  readonly isPreferredOff: boolean;
  /** Why a preference that was written is not in force, if so. */
  readonly preferenceProblem: string | null;
}

/** Where users' preferences are stored, and the group that may write there; null: none. */
export interface PreferencesAt {
  readonly file: string;
  readonly gid: number | null;
}

export interface SettingsWatch {
  /**
   * The policy in force. `fresh` looks at the file first: for requests that matter, so that what was written
   * before counts for what is asked after.
   */
  current(fresh?: boolean): PolicyState;
  close(): void;
}

/**
 * Follows the settings file. No file at start means ECI off. A file that can't be read
 * or used: locked down at start. Whatever happens to the file later, the last good policy stays in force
 * until there is a usable one. That goes for its deletion too, unless a note says that it was meant
 * (`removalNote`): a mistaken `rm` must not take isolation away. `onChange` is called for every change of the
 * policy and of every new problem.
 */
export function watchSettings(
  file: string,
  onChange: (state: PolicyState) => void,
  preferences: PreferencesAt | null = null,
): SettingsWatch {
  let stamp = '';
  /** What the administrator set, before anybody's preference. */
  let admin: EffectiveSettings = lockedDownSettings;
  let hasLoaded = false;
  /** Hash of the text last read; '' before. */
  let lastHash = '';
  /** Hash of the text that `admin` is; null while it is none. */
  let adminHash: string | null = null;
  let state: PolicyState = {
    settings: lockedDownSettings,
    generation: 0,
    hash: null,
    problem: 'not read yet',
    problemKind: 'unusable',
    preference: null,
    isPreferredOff: false,
    preferenceProblem: null,
  };

  const fileStamp = (at = file): string => {
    try {
      // The settings may be a link to a file elsewhere; preferences never are.
      const info = at === file ? statSync(at, { bigint: true }) : lstatSync(at, { bigint: true });
      return `${info.dev}:${info.ino}:${info.size}:${info.mtimeNs}:${info.ctimeNs}`;
    } catch (error) {
      // ENOENT, and why not otherwise: changes of the reason are changes too.
      return String((error as NodeJS.ErrnoException).code); // statSync throws only ErrnoException
    }
  };

  /** The administrator's settings with the preferences that count now. */
  const applyPreferences = (
    settings: EffectiveSettings,
  ): Pick<PolicyState, 'settings' | 'preference' | 'isPreferredOff' | 'preferenceProblem'> => {
    if (preferences === null)
      return { settings, preference: null, isPreferredOff: false, preferenceProblem: null };
    const read = readPreferences(preferences.file);
    const { settings: inForce, outcomes } = withPreferences(settings, read.preferences);
    const ignored = preferenceNames.filter(
      (name) => outcomes[name] === 'locked' || outcomes[name] === 'needs-restart',
    );
    return {
      settings: inForce,
      preference: describePreferences(read.preferences, outcomes),
      isPreferredOff: settings.eci.value && !inForce.eci.value,
      preferenceProblem:
        read.problem ??
        (ignored.length === 0
          ? null
          : ignored
              .map(
                (name) =>
                  `${preferencePointers[name]} is ` +
                  (outcomes[name] === 'locked' ? 'locked' : 'off, and turned on by the administrator only'),
              )
              .join(', ')),
    };
  };

  const refresh = (): void => {
    const now = `${fileStamp()} ${preferences === null ? '' : fileStamp(preferences.file)}`;
    if (now === stamp) return;
    stamp = now;
    const loaded = load(file, hasLoaded ? lastHash : null);
    if (loaded.hash !== null) lastHash = loaded.hash;
    if ('settings' in loaded) {
      admin = loaded.settings;
      adminHash = loaded.hash ?? '';
      const next = { ...applyPreferences(admin), hash: adminHash, problem: null, problemKind: null };
      const { generation: _, ...before } = state;
      const changed = !hasLoaded || !isDeepStrictEqual(next, before);
      if (changed) state = { ...next, generation: state.generation + 1 };
      hasLoaded = true;
      if (changed) onChange(state);
      return;
    }
    // The last good policy stays, and so does what it leaves to users; locked down, it leaves nothing.
    const next = {
      ...applyPreferences(admin),
      hash: adminHash,
      problem: loaded.problem,
      problemKind: loaded.problemKind,
    };
    const same = JSON.stringify(next.settings) === JSON.stringify(state.settings);
    if (
      hasLoaded &&
      same &&
      loaded.problem === state.problem &&
      next.preferenceProblem === state.preferenceProblem
    )
      return;
    state = {
      ...next,
      settings: same ? state.settings : next.settings,
      generation: state.generation + (hasLoaded && same ? 0 : 1),
    };
    hasLoaded = true;
    onChange(state);
  };

  refresh();
  const directory = path.dirname(file);
  let watcher: FSWatcher | null = null;
  /** Watches the directory, not the file: an atomic replacement is a new inode. */
  const watchDirectory = (): void => {
    watcher?.close();
    watcher = null;
    try {
      const begun = watch(directory, { persistent: false }, (_event, name) => {
        if (watcher !== begun) return;
        // The removal of a directory is reported under its own name; a new one may exist by now.
        if (name === path.basename(directory)) watchDirectory();
        refresh();
      });
      begun.on('error', () => {
        begun.close();
        if (watcher === begun) watcher = null;
      });
      watcher = begun;
    } catch {
      /* no directory, or no inotify: the timer below tries again */
    }
  };
  watchDirectory();
  const timer = setInterval(() => {
    if (watcher === null) watchDirectory();
    refresh();
  }, 2000);
  timer.unref();

  return {
    current: (fresh = false) => {
      if (fresh) refresh();
      return state;
    },
    close: () => {
      clearInterval(timer);
      watcher?.close();
    },
  };
}

type Loaded = (
  { readonly settings: EffectiveSettings } | { readonly problem: string; readonly problemKind: PolicyProblem }
) & {
  /** Of the text that was read; null without one. */ readonly hash: string | null;
};

/** `lastRead`: hash of the text last read, null before the first look: after it, an absent file is news. */
function load(file: string, lastHash: string | null): Loaded {
  let text: string;
  let hash: string | null = null;
  try {
    const bytes = readFileSync(file);
    hash = createHash('sha256').update(bytes).digest('hex');
    if (bytes.length > maxSettingsBytes)
      return {
        problem: `the settings file is larger than ${maxSettingsBytes} bytes`,
        problemKind: 'unusable',
        hash,
      };
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    // node:fs errors carry a code
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return {
        ...(lastHash === null || isIntendedRemoval(file, lastHash)
          ? { settings: defaultSettings }
          : { problem: 'it was deleted', problemKind: 'deleted' as const }),
        hash,
      };
    return {
      problem: error instanceof Error ? error.message : String(error),
      problemKind: 'unusable',
      hash,
    };
  }
  const result = effectiveSettings(text, { exists: true });
  return {
    ...(result.ok
      ? { settings: result.value }
      : {
          problem: [result.error.message, result.error.reason].filter(Boolean).join(' '),
          problemKind: 'unusable' as const,
        }),
    hash,
  };
}

function isIntendedRemoval(file: string, lastHash: string): boolean {
  try {
    return readFileSync(removalNote(file), 'utf8').trim() === lastHash;
  } catch {
    return false;
  }
}
