export const daemonJson = {
  'daemon-json.docker-engine-does-not-take-daemon-json': 'the Docker Engine does not take daemon.json',
  'daemon-json.correct-daemon-json-then-try-again-nothing':
    'Correct daemon.json, then try again. Nothing was stopped.',
  'daemon-json.engine-configuration-file-daemon-json-canot-be':
    "the engine's configuration file daemon.json can't be read",
  'daemon-json.line-column': 'line {{line}}, column {{column}}: {{reason}}',
  'daemon-json.correct-file-it-is-never-overwritten-while':
    'Correct the file; it is never overwritten while it is broken.',
  'daemon-json.daemon-json-contradicts-how-this-engine-has':
    'daemon.json contradicts how this engine has to run',
  'daemon-json.record-of-daemon-json-before-enhanced-container':
    'the record of daemon.json before Enhanced Container Isolation is damaged',
  'daemon-json.take-our-keys-default-runtime-builder-entitlements':
    'Take our keys (default-runtime, builder.entitlements) out of daemon.json by hand and delete that record.',
  'daemon-json.is-too-large': '{{path}} is too large',
  'daemon-json.bytes-at-most-are-read': '{{count}} bytes; at most {{maxBytes}} are read',
  'daemon-json.it-is-not-utf-8': 'it is not UTF-8',
  'daemon-json.save-it-as-utf-8': 'Save it as UTF-8.',
} as const;
