import path from 'node:path';
import { loadTranslator } from '../shared/messages/translator.ts';
import { userSettingsName } from '../shared/settings/preferences.ts';
import { groupId } from './base/socket-file.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { describePolicy } from './settings/describe-policy.ts';
import { createPolicyRecorder } from './settings/record-policy.ts';
import { readStartWithoutFile } from './settings/stored-settings.ts';
import { watchSettings, type PolicyState, type SettingsWatch } from './settings/settings-watch.ts';
import { syncPreferencesFile } from './settings/preferences-file.ts';
import { recordBuildsUnenforced } from './sharing/builds-unenforced.ts';
import { sharingDirectory } from './sharing/open-sharing-users.ts';

/** A watched settings file, and the record of its policy. `close` ends both. */
export interface PolicyWatch extends SettingsWatch {
  /** Stops writing files by the policy, its record among them: another gateway does so now. */
  stopRecording(): void;
  /** Why a gateway that starts now would enforce another policy than this one; null: it would not. */
  whyNotReplaceable(): string | null;
}

/**
 * Watches the settings file. Each policy that comes into force is recorded and logged, its language is
 * loaded, and the files that depend on it are updated. Resolves once the first policy's language is loaded.
 */
export async function watchPolicy(
  options: GatewayOptions,
  log: (line: string) => void,
): Promise<PolicyWatch> {
  const stateDirectory = options.stateDirectory ?? null;
  const preferences =
    stateDirectory === null
      ? null
      : {
          file: path.join(stateDirectory, userSettingsName),
          gid: await groupId(options.group ?? 'docker'),
        };
  const syncPreferences = (state: PolicyState): void => {
    const problem =
      preferences === null ? null : syncPreferencesFile(preferences.file, state.settings, preferences.gid);
    if (problem !== null) log(`there is no place for users' preferences: ${problem}`);
  };
  // Until it is loaded, refusals are in English.
  const loadLanguage = ({ settings }: PolicyState): Promise<void> =>
    loadTranslator(settings.language).then(
      () => undefined,
      (error: unknown) => {
        log(`refusals stay in English: ${String(error)}`);
      },
    );
  const recorder = createPolicyRecorder(stateDirectory, log);
  let isRecording = true;
  const settings = watchSettings(
    options.settingsFile,
    (state) => {
      recorder.record(state);
      void loadLanguage(state);
      log(describePolicy(options.settingsFile, state));
      if (!isRecording) return;
      if (state.problem === null) options.onPolicy?.({ hash: state.hash, text: state.text });
      syncPreferences(state);
      if (stateDirectory !== null)
        recordBuildsUnenforced(sharingDirectory(stateDirectory), state.settings, log);
    },
    preferences,
    () =>
      stateDirectory === null
        ? { kind: 'default' }
        : readStartWithoutFile(stateDirectory, options.settingsFile),
  );
  await loadLanguage(settings.current());
  return {
    current: settings.current,
    close: () => {
      settings.close();
      recorder.stop();
    },
    stopRecording: () => {
      isRecording = false;
      recorder.stop();
    },
    whyNotReplaceable: () => whyNotReplaceable(settings.current(true), recorder.isStored()),
  };
}

function whyNotReplaceable({ problem, problemKind, hash }: PolicyState, isStored: boolean): string | null {
  if (problem === null || problemKind === null || hash === null) return null;
  const [why] = problem.split('\n', 1);
  if (problemKind === 'unusable')
    return `the settings file cannot be used, which would lock down a new gateway: ${String(why)}`;
  return isStored
    ? null
    : 'the settings file was deleted, and its text is not stored: a new gateway would not enforce it';
}
