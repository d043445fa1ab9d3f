import type { AppState } from '../../shared/ipc/app-state.ts';
import type { IpcInput, IpcOutput } from '../../shared/ipc/contract.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { diffSettings } from '../../shared/settings/index.ts';
import { summarizeChanges, type HistoryItem } from '../../shared/settings/history.ts';
import { appState } from './app-fixture.ts';
import {
  appliedText,
  brokenDraft,
  editedDraft,
  minutesAgo,
  offText,
  retainedPolicyFacts,
  settingsState,
} from './settings-fixture.ts';

/** Invented histories and conflicts, for tests and screenshots. */

const texts: readonly string[] = [
  '',
  offText,
  offText.replace('"value": false', '"value": true'),
  offText.replace('"value": false', '"value": true').replace('"locked": true', '"locked": false'),
  appliedText.replace('"docker:cli", ', ''),
  appliedText.replace('"sharedByDefault": false', '"sharedByDefault": true'),
  appliedText,
];

const item = (version: number, more: Partial<HistoryItem> = {}): HistoryItem => {
  const changes = diffSettings(texts[version - 1] ?? '', texts[version] ?? '');
  return {
    version,
    at: minutesAgo((texts.length - version) * 3100),
    user: version % 2 === 0 ? 'mei' : 'sam',
    how: 'apply',
    eci: version > 1,
    current: version === texts.length - 1,
    ...summarizeChanges(changes),
    problem: null,
    ...more,
  };
};
const none: HistoryItem = {
  version: 0,
  at: null,
  user: '',
  how: 'none',
  eci: false,
  current: false,
  changes: 0,
  changed: [],
  problem: null,
};
const unreadable = item(3, {
  at: null,
  user: '',
  how: 'unreadable',
  eci: null,
  changes: null,
  changed: [],
  problem: {
    code: 'settings.unreadable',
    message: 'version 3 could not be read',
    reason: '/var/lib/bulkhead/history/0003/meta.json is missing or damaged',
    hint: 'The other versions are not affected.',
  },
});

export const historyItems: readonly HistoryItem[] = [
  item(6),
  item(5),
  item(4),
  unreadable,
  item(2, { how: 'found', user: 'root' }),
  item(1),
  none,
];

/** Version 7, by another program. */
const unrecordedText = editedDraft;
const changesOf7 = diffSettings(appliedText, unrecordedText);
const unrecorded = item(7, summarizeChanges(changesOf7));

/** The versions of each state. */
const lists: Readonly<Record<string, readonly HistoryItem[]>> = {
  noFile: [],
  historyFound: [
    { ...unrecorded, at: null, user: '', how: 'unrecorded', eci: null, current: true },
    item(6, { current: false }),
    ...historyItems.slice(1),
  ],
  historyHuge: [
    ...Array.from({ length: 1000 }, (_, i) =>
      item(6, { version: 1006 - i, current: i === 0, at: minutesAgo(i * 61), changes: i % 9 }),
    ),
    ...historyItems.slice(1),
  ],
};

const theirs = appliedText.replace('"locked": true', '"locked": false').replace('"docker:cli", ', '');
const mine = appliedText
  .replace('"allowDerivedImages": true', '"allowDerivedImages": false')
  .replace('"docker:cli", ', '"docker:cli", "example.org/deploy:2", ');

/** The gateway keeps enforcing the newest recorded version of these histories. */
const retainedVersion6 = { ...retainedPolicyFacts, recordedVersion: 6, restorable: 6 };

export const documentStates: Record<string, () => AppState> = {
  historyFound: () => appState({ settings: settingsState(unrecordedText, { appliedVersion: 7 }) }),
  historyUnusable: () =>
    appState({ settings: settingsState(brokenDraft, { appliedVersion: 7, policyFacts: retainedVersion6 }) }),
  historyDeleted: () =>
    appState({
      settings: settingsState('', {
        appliedVersion: 7,
        appliedBy: null,
        policyFacts: { ...retainedVersion6, isMissing: true },
      }),
    }),
  historyFailed: () => appState(),
  // Both sides changed different things.
  conflictClean: () =>
    appState({ settings: settingsState(theirs, { base: appliedText, draft: mine, conflict: true }) }),
  // Both changed the same command list and the same share.
  conflictOverlap: () =>
    appState({
      settings: settingsState(
        theirs.replace('"deny"', '"allow"').replace('"sharedByDefault": false', '"sharedByDefault": true'),
        {
          base: appliedText,
          draft: mine.replace('"deny", ', '"deny", "note": 1, ').replace(/\{ "path": "\$TMP"[^}]*\},\s*/, ''),
          conflict: true,
        },
      ),
    }),
  conflictBroken: () =>
    appState({ settings: settingsState(theirs, { base: appliedText, draft: `${mine},`, conflict: true }) }),
  historyHuge: () => appState({ settings: settingsState(appliedText, { appliedVersion: 1006 }) }),
};

function textOf(version: number, state: string): string | null {
  if (version === 0) return null;
  if (version === 7 && state === 'historyFound') return unrecordedText;
  return texts[version] ?? appliedText;
}

export const documentResponses = (
  state: string,
): {
  'history:list': () => Result<HistoryItem[]>;
  'history:read': (input: IpcInput<'history:read'>) => Result<IpcOutput<'history:read'>>;
} => ({
  'history:list': () =>
    state === 'historyFailed'
      ? fail('settings.unreadable', '/var/lib/bulkhead/history could not be read', {
          reason: 'EACCES: permission denied, scandir',
          hint: 'Run as a user who may read it (root), or give it mode 0644.',
        })
      : ok([...(lists[state] ?? historyItems)]),
  'history:read': ({ version }) => ok({ text: textOf(version, state) }),
});
