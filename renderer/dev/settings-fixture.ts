import { recordedPolicy } from '../../shared/enforcement/recorded-policy-fixture.ts';
import { message, referenceTo } from '../../shared/messages/message.ts';
import { noPolicyFacts, type PolicyFacts } from '../../shared/enforcement/policy-facts.ts';
import type { SettingsState } from '../../shared/ipc/app-state.ts';

export const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

const agentImage =
  'registry.example/ci/agent@sha256:8c1e5b7d1f6a4c0e9b2d3f4a5c6b7d8e9f0a1b2c3d4e5f60718293a4b5c603bd';

export const appliedText = `{
  "configurationFileVersion": 2,
  "enhancedContainerIsolation": {
    "locked": true,
    "value": true,
    "dockerSocketMount": {
      "imageList": {
        "images": ["docker.io/testcontainers/ryuk:*", "docker:cli", "${agentImage}"],
        "allowDerivedImages": true
      },
      "commandList": { "type": "deny", "commands": ["push", "image*"] }
    }
  },
  "filesharingAllowedDirectories": [
    { "path": "$HOME", "sharedByDefault": true },
    { "path": "$TMP", "sharedByDefault": false },
    { "path": "/srv/projects", "sharedByDefault": true }
  ],
  "proxy": { "mode": "system" }
}
`;

export const offText =
  '{\n  "configurationFileVersion": 2,\n  "enhancedContainerIsolation": {\n' +
  '    "locked": false,\n    "value": false\n  }\n}\n';

export function settingsState(applied: string, more: Partial<SettingsState> = {}): SettingsState {
  return {
    path: '/var/lib/bulkhead/admin-settings.json',
    applied,
    appliedHash: `hash-of-${applied.length}`,
    appliedVersion: 11,
    appliedBy: { user: 'sam', at: minutesAgo(130) },
    exists: applied !== '',
    draft: applied,
    base: applied,
    conflict: false,
    readError: null,
    readOnly: null,
    preference: null,
    policyFacts: noPolicyFacts,
    ...more,
  };
}

const retained = recordedPolicy({
  at: minutesAgo(130),
  hash: `hash-of-${appliedText.length}`,
  stored: true,
  socketMounts: true,
});
/** A gateway that keeps enforcing version 11, regardless of the file. */
export const retainedPolicyFacts: PolicyFacts = {
  recorded: retained,
  lastRecorded: retained,
  recordedVersion: 11,
  isMissing: false,
  startWithoutFile: 'stored',
  restorable: 11,
};

export const unlockedText = appliedText.replace('"locked": true', '"locked": false');

export const brokenDraft = appliedText.replace('"allowDerivedImages": true', '"allowDerivedImages": true,');

export const editedDraft = appliedText
  .replace('"docker:cli", ', '"docker:cli", "example.org/deploy:2", ')
  .replace('"sharedByDefault": false', '"sharedByDefault": true');

export const socketText = appliedText.replace(
  '},\n  "filesharing',
  '},\n  "bulkhead": { "perImageCommandLists": [' +
    '{ "image": "docker:cli", "type": "allow", "commands": ["ps", "logs", "inspect"] }' +
    '] },\n  "filesharing',
);

/**
 * Every mark that the Docker socket page has: added, edited and removed images, marked and unmarked commands,
 * entries that name nothing.
 */
export const socketDraft = socketText
  .replace(
    '"docker.io/testcontainers/ryuk:*", "docker:cli", ',
    '"docker:cli", "*", "Example.org/Deploy:2", "example.org/tools/*:*", "example.org/deploy:2", ' +
      '"example.org/gone:1", "docker", ',
  )
  .replace('"push", "image*"', '"push", "pull", "tag", "build*", "compose", "pussh"')
  .replace('"allowDerivedImages": true', '"allowDerivedImages": false');

export const sharedDraft = appliedText.replace(
  '{ "path": "/srv/projects", "sharedByDefault": true }',
  '{ "path": "/srv/projects", "sharedByDefault": true },\n    ' +
    '{ "path": "/etc", "sharedByDefault": false },\n    ' +
    '{ "path": "/var/run", "sharedByDefault": false }',
);

/**
 * ECI is turned on, and with the user's directories the whole file system and two of its most dangerous ones
 * are shared.
 */
export const dangerousDraft = offText
  .replace('"value": false', '"value": true')
  .replace(
    /\n\}\n$/,
    ',\n  "filesharingAllowedDirectories": [\n' +
      ['$HOME', '$TMP', '/srv/projects', '/etc', '/', '/var/lib/docker']
        .map((shared) => `    { "path": "${shared}", "sharedByDefault": false }`)
        .join(',\n') +
      '\n  ]\n}\n',
  );

export const listText = (list: string): string =>
  appliedText.replace(/"filesharingAllowedDirectories": \[[^\]]*\],\n {2}/, list);

const rights = message('settings.rights-of', { directory: '/var/lib/bulkhead' });
/** Settings that this user may not write. */
export const readOnlyByRights = { readOnly: rights.text, readOnlySentence: referenceTo(rights) };
