import type { AppState } from '../../shared/ipc/app-state.ts';
import {
  appliedText,
  offText,
  readOnlyByRights,
  retainedPolicyFacts,
  settingsState,
  unlockedText,
  brokenDraft,
  editedDraft,
  socketText,
  socketDraft,
  sharedDraft,
  listText,
} from './settings-fixture.ts';
import { appState, off } from './app-fixture.ts';

/** Drafts, settings files that are broken or missing, and locks. */
export const settingsStates: Record<string, () => AppState> = {
  edited: () => appState({ settings: settingsState(appliedText, { draft: editedDraft }) }),
  socketEdited: () => appState({ settings: settingsState(socketText, { draft: socketDraft }) }),
  socketHuge: () =>
    appState({
      settings: settingsState(
        socketText.replace(
          '"docker:cli", ',
          `"docker:cli", ${Array.from(
            { length: 1000 },
            (_, i) => `"example.org/team/tool-${i + 1}:${i % 7}"`,
          ).join(', ')}, `,
        ),
      ),
    }),
  socketEmpty: () =>
    appState({ settings: settingsState(offText.replace('"value": false', '"value": true')) }),
  shares: () => appState({ settings: settingsState(appliedText, { draft: sharedDraft }) }),
  sharesEmpty: () =>
    appState({ settings: settingsState(listText('"filesharingAllowedDirectories": [],\n  ')) }),
  sharesHuge: () =>
    appState({
      settings: settingsState(
        listText(
          `"filesharingAllowedDirectories": [${Array.from(
            { length: 1000 },
            (_, i) =>
              `{ "path": "/srv/projects/team-${i % 40}/project-${i}", ` +
              `"sharedByDefault": ${String(i % 3 === 0)} }`,
          ).join(', ')}],\n  `,
        ),
      ),
    }),
  sharesMissing: () => appState({ settings: settingsState(listText('')) }),
  sharesChanged: () =>
    appState({
      settings: settingsState(appliedText, {
        draft: listText(
          '"filesharingAllowedDirectories": [' +
            '{ "path": "$HOME/code/a-rather-long-directory-name/with-another-one-below-it", ' +
            '"sharedByDefault": true }, { "path": "projects" }, { "path": "/srv/gone" }, ' +
            '{ "path": "/mnt/link-to-etc" }],\n  ',
        ),
      }),
    }),
  broken: () => appState({ settings: settingsState(appliedText, { draft: brokenDraft }) }),
  brokenFile: () => appState({ settings: settingsState(brokenDraft, { policyFacts: retainedPolicyFacts }) }),
  deletedFile: () =>
    appState({
      settings: settingsState('', {
        appliedVersion: 12,
        appliedBy: null,
        policyFacts: { ...retainedPolicyFacts, isMissing: true },
      }),
    }),
  unreadable: () =>
    appState({
      settings: settingsState('', {
        exists: true,
        readError: {
          code: 'settings.unreadable',
          message: 'admin-settings.json is a directory.',
          reason: 'EISDIR: illegal operation on a directory, read',
          hint: 'Move the directory away.',
        },
      }),
    }),
  conflict: () =>
    appState({ settings: settingsState(appliedText, { base: offText, draft: editedDraft, conflict: true }) }),
  preferencesError: () =>
    appState({
      preferencesError: {
        code: 'settings.unwritable',
        message: "what you prefer and draft can't be remembered",
        reason: 'ENOSPC: no space left on device, write',
        hint: 'Make room on the disk, then try again.',
      },
    }),
  readOnly: () => appState({ settings: settingsState(appliedText, { ...readOnlyByRights }) }),
  preferred: () =>
    appState({
      settings: settingsState(unlockedText, {
        ...readOnlyByRights,
        preference: {
          by: 'sam',
          eci: false,
          blockDockerLoad: null,
          outcomes: { eci: 'in-force', blockDockerLoad: 'none' },
          problem: null,
          writable: true,
        },
      }),
    }),
  unlocked: () =>
    appState({
      settings: settingsState(unlockedText, {
        ...readOnlyByRights,
        preference: {
          by: null,
          eci: null,
          blockDockerLoad: null,
          outcomes: { eci: 'none', blockDockerLoad: 'none' },
          problem: null,
          writable: true,
        },
      }),
    }),
  preferenceLocked: () =>
    appState({
      settings: settingsState(appliedText, {
        preference: {
          by: 'sam',
          eci: false,
          blockDockerLoad: null,
          outcomes: { eci: 'locked', blockDockerLoad: 'none' },
          problem: null,
          writable: false,
        },
      }),
    }),
  noFile: () => appState({ ...off(), settings: settingsState('') }),
};
