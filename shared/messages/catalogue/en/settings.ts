export const settings = {
  'settings.version-could-not-be-read': 'version {{version}} could not be read',
  'settings.meta-json-is-missing-or-damaged': '{{path}}/meta.json is missing or damaged',
  'settings.other-versions-are-not-affected': 'The other versions are not affected.',
  'settings.backup-could-not-be-written': 'the backup {{target}} could not be written',
  'settings.there-is-no-version': 'there is no version {{version}}',
  'settings.nothing-has-been-applied-yet': 'nothing has been applied yet',
  'settings.there-are': 'there are: {{known}}',
  'settings.draft-is-too-large-to-be-settings': 'the draft is too large to be a settings file',
  'settings.this-engine-takes-no-preferences-of-users': 'this engine takes no preferences of users',
  'settings.run-as-user-who-may-write-there': 'Run as a user who may write there (root).',
  'settings.administrator-has-locked-this-setting': 'the administrator has locked this setting',
  'settings.is-locked': '{{pointer}} is locked',
  'settings.isolation-can-t-be-turned-on-by': 'isolation can’t be turned on by a preference',
  'settings.it-takes-engine-that-was-started-for': 'it takes an engine that was started for it',
  'settings.ask-administrator-to-turn-it-on-bulkhead': 'Ask the administrator to turn it on: bulkhead apply.',
  'settings.there-is-no-place-for-preferences-yet': 'there is no place for preferences yet',
  'settings.is-made-by-gateway-while-it-runs':
    '{{userSettingsPath}} is made by the gateway while it runs and something is not locked',
  'settings.preference-could-not-be-kept': 'the preference could not be kept',
  'settings.members-of-group-that-may-use-socket':
    'Members of the group that may use the socket (docker) can write it.',
  'settings.value-canot-be-written-as-json': "The value can't be written as JSON: {{problem}}.",
  'settings.whole-document-can-only-be-replaced-by': 'The whole document can only be replaced by an object.',
  'settings.there-is-no-place-in-document': 'There is no place {{toPointer}} in the document: {{why}}.',
  'settings.settings-file-has-format-version-this-program':
    'The settings file has format version {{version}}; this program knows version {{settingsFileVersion}}.',
  'settings.set-configurationfileversion-to': 'Set configurationFileVersion to {{settingsFileVersion}}.',
  'settings.settings-file-canot-be-used-as-policy': "The settings file can't be used as a policy.",
  'settings.correct-it-bulkhead-settings-lint-shows-every':
    'Correct it; `bulkhead settings lint` shows every finding.',
  'settings.is-not-json-pointer-it-must-be':
    '"{{pointer}}" is not a JSON pointer: it must be empty or start with "/".',
  'settings.write-it-like-enhancedcontainerisolation-value':
    'Write it like /enhancedContainerIsolation/value.',
  'settings.is-not-json-pointer-must-be-written':
    '"{{pointer}}" is not a JSON pointer: "~" must be written "~0", and "/" inside a key "~1".',
} as const;
