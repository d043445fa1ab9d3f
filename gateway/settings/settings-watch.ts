import { lstatSync, statSync, type BigIntStats } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { PolicyProblem } from '../../shared/enforcement/recorded-policy.ts';
import type { StartWithoutFile } from '../../shared/enforcement/start-without-file.ts';
import {
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
import { deletedProblem, loadSettings } from './load-settings.ts';
import { readPreferences } from './preferences-file.ts';
import { watchFile } from './watch-file.ts';
import { systemCode } from '../../shared/process/system-code.ts';

export interface PolicyState {
  readonly settings: EffectiveSettings;
  /** Incremented with every change of the policy. */
  readonly generation: number;
  /** sha256 (hex) of the text in force; '' where there was no file; null while locked down. */
  readonly hash: string | null;
  /** The text in force; null where there was no file, and while locked down. */
  readonly text: string | null;
  /** Why the file on disk is not in force; null: it is. */
  readonly problem: string | null;
  /** What the problem is: the file is gone, or cannot be used. Null without one. */
  readonly problemKind: PolicyProblem | null;
  /**
   * Users' preferences in force, where the administrator left a setting to them, as text; null: none.
   * `settings` includes them.
   */
  readonly preference: string | null;
  /** A preference has turned ECI off. */
  readonly isPreferredOff: boolean;
  /** Why a stored preference is not in force; null: it is, or there is none. */
  readonly preferenceProblem: string | null;
}

/** Where users' preferences are stored, and the group that may write there; null: none. */
export interface PreferencesLocation {
  readonly file: string;
  readonly gid: number | null;
}

export interface SettingsWatch {
  /**
   * The policy in force. `fresh` checks the file first, so that an inspected request is decided by the file's
   * current content.
   */
  current(fresh?: boolean): PolicyState;
  close(): void;
}

/**
 * Watches the settings file. A missing file at the start means what `startWithoutFile` has: what was in force
 * before, or ECI off. An unusable one means locked down, also if it comes back. Otherwise, the last good
 * policy stays in force until the file is usable again. So it does when the file is deleted, unless a note
 * says that this was intended (`removalNote`): a mistaken `rm` must not turn isolation off. `onChange` is
 * called for every change of the policy, and for every new problem.
 */
export function watchSettings(
  file: string,
  onChange: (state: PolicyState) => void,
  preferences: PreferencesLocation | null = null,
  startWithoutFile: () => StartWithoutFile = () => ({ kind: 'default' }),
): SettingsWatch {
  const policy = new WatchedPolicy(file, onChange, { preferences, startWithoutFile });
  policy.refresh();
  const changes = watchFile(file, () => {
    policy.refresh();
  });
  return {
    current: (fresh = false) => {
      if (fresh) policy.refresh();
      return policy.state;
    },
    close: () => {
      changes.close();
    },
  };
}

/** In place of the hash of a settings file, while the default settings apply because there is no file. */
const noFile = '';

/** The policy by the last reading of the settings file and the users' preferences. */
class WatchedPolicy {
  readonly #file: string;
  readonly #onChange: (state: PolicyState) => void;
  readonly #preferences: PreferencesLocation | null;
  readonly #startWithoutFile: () => StartWithoutFile;
  /** Stamps of both files when they were last read. */
  #stamp = '';
  #hasLoaded = false;
  /** Hash of the text last read; '' before. */
  #lastHash = '';
  /** The administrator's settings, without preferences. */
  #admin: EffectiveSettings = lockedDownSettings;
  /** Hash of the text that `#admin` was read from, or `noFile`; null while an unusable text locks down. */
  #adminHash: string | null = null;
  /** That text; null without one. */
  #adminText: string | null = null;
  /** Hash of the last unusable text before any good policy, or `noFile`; null without one. */
  #lockedDownBy: string | null = null;
  #state: PolicyState = {
    settings: lockedDownSettings,
    generation: 0,
    hash: null,
    text: null,
    problem: 'not read yet',
    problemKind: 'unusable',
    preference: null,
    isPreferredOff: false,
    preferenceProblem: null,
  };

  constructor(
    file: string,
    onChange: (state: PolicyState) => void,
    {
      preferences,
      startWithoutFile,
    }: {
      readonly preferences: PreferencesLocation | null;
      readonly startWithoutFile: () => StartWithoutFile;
    },
  ) {
    this.#file = file;
    this.#onChange = onChange;
    this.#preferences = preferences;
    this.#startWithoutFile = startWithoutFile;
  }

  get state(): PolicyState {
    return this.#state;
  }

  /** Reads the files again if they changed. */
  refresh(): void {
    const preferencesStamp = this.#preferences === null ? '' : preferencesFileStamp(this.#preferences.file);
    const stamp = `${settingsFileStamp(this.#file)} ${preferencesStamp}`;
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    const isFileInForce = this.#hasLoaded && this.#adminHash !== noFile;
    const loaded = loadSettings(this.#file, isFileInForce ? this.#lastHash : null);
    if (loaded.hash !== null) this.#lastHash = loaded.hash;
    if ('settings' in loaded) {
      const isFirstWithoutFile = !this.#hasLoaded && loaded.hash === null;
      if (!isFirstWithoutFile || !this.#resume())
        this.#replace(loaded.settings, loaded.hash ?? noFile, loaded.text);
      return;
    }
    const cause = loaded.problemKind === 'deleted' ? noFile : loaded.hash;
    if (this.#adminHash === null) this.#lockedDownBy = cause;
    else if (cause !== null && cause === this.#lockedDownBy) this.#lockDown();
    this.#keepLastGood(loaded.problem, loaded.problemKind);
  }

  /**
   * At the start without a file: restores the recorded policy; false if none is recorded. Where its text is
   * not available any more, locks down.
   */
  #resume(): boolean {
    const start = this.#startWithoutFile();
    if (start.kind === 'default') return false;
    const hash = start.kind === 'unknown' ? null : start.hash;
    if (hash !== null) this.#lastHash = hash;
    const text = start.kind === 'stored' ? start.text : null;
    const settings = text === null ? null : effectiveSettings(text, { exists: true });
    if (settings?.ok === true) {
      this.#admin = settings.value;
      this.#adminHash = hash;
      this.#adminText = text;
      this.#keepLastGood(deletedProblem, 'deleted');
    } else {
      this.#lockedDownBy = noFile;
      this.#keepLastGood(`${deletedProblem}, and what was in force is not known`, 'deleted');
    }
    return true;
  }

  /**
   * An unusable text that locked down this gateway at its start does so again: an apply replaced it, failed,
   * and was rolled back to it. So does a deleted file, if what was in force before was not known.
   */
  #lockDown(): void {
    this.#admin = lockedDownSettings;
    this.#adminHash = null;
    this.#adminText = null;
  }

  #replace(settings: EffectiveSettings, hash: string, text: string | null): void {
    this.#admin = settings;
    this.#adminHash = hash;
    this.#adminText = text;
    const next = {
      ...applyPreferences(settings, this.#preferences),
      hash,
      text,
      problem: null,
      problemKind: null,
    };
    const { generation, ...before } = this.#state;
    const hasChanged = !this.#hasLoaded || !isDeepStrictEqual(next, before);
    if (hasChanged) this.#state = { ...next, generation: generation + 1 };
    this.#hasLoaded = true;
    if (hasChanged) this.#onChange(this.#state);
  }

  /** The last good policy stays, with the users' preferences that it allows; locked down, it allows none. */
  #keepLastGood(problem: string, problemKind: PolicyProblem): void {
    const before = this.#state;
    const next = {
      ...applyPreferences(this.#admin, this.#preferences),
      hash: this.#adminHash,
      text: this.#adminText,
      problem,
      problemKind,
    };
    const isSame = JSON.stringify(next.settings) === JSON.stringify(before.settings);
    if (
      this.#hasLoaded &&
      isSame &&
      problem === before.problem &&
      next.preferenceProblem === before.preferenceProblem
    )
      return;
    this.#state = {
      ...next,
      settings: isSame ? before.settings : next.settings,
      generation: before.generation + (this.#hasLoaded && isSame ? 0 : 1),
    };
    this.#hasLoaded = true;
    this.#onChange(this.#state);
  }
}

/** The administrator's settings with the preferences in force. */
function applyPreferences(
  settings: EffectiveSettings,
  preferences: PreferencesLocation | null,
): Pick<PolicyState, 'settings' | 'preference' | 'isPreferredOff' | 'preferenceProblem'> {
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
}

// The settings may be a link to a file elsewhere; preferences never are.
const settingsFileStamp = (file: string): string => stampOf(() => statSync(file, { bigint: true }));
const preferencesFileStamp = (file: string): string => stampOf(() => lstatSync(file, { bigint: true }));

/** Changes with the file's content, its identity, and the reason why it can't be read. */
function stampOf(stat: () => BigIntStats): string {
  try {
    const info = stat();
    return `${info.dev}:${info.ino}:${info.size}:${info.mtimeNs}:${info.ctimeNs}`;
  } catch (error) {
    return systemCode(error);
  }
}
