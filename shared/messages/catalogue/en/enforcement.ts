export const enforcement = {
  'enforcement.deleted': 'The settings file was deleted',
  'enforcement.unusable': 'The settings file cannot be used',
  'enforcement.headline-deleted-version': 'Still on, from version {{version}}: the settings file was deleted',
  'enforcement.headline-deleted': 'Still on, from earlier settings: the settings file was deleted',
  'enforcement.headline-unusable-version':
    'Still on, from version {{version}}: the settings file cannot be used',
  'enforcement.headline-unusable': 'Still on, from earlier settings: the settings file cannot be used',
  'enforcement.headline-locked-down-deleted': 'Locked down: the settings file was deleted',
  'enforcement.headline-locked-down-unusable': 'Locked down: the settings file cannot be used',
  'enforcement.headline-unknown-deleted': 'Not known what is enforced: the settings file was deleted',
  'enforcement.headline-unknown-unusable': 'Not known what is enforced: the settings file cannot be used',
  'enforcement.headline-off-deleted': 'Off: the settings file was deleted',
  'enforcement.headline-nothing': 'Off: nothing enforces the settings on this engine',
  'enforcement.headline-bypassed': 'On, but clients can reach the engine past the gateway',
  'enforcement.headline-other-runtime':
    'On, but classic builds are denied: the default runtime, {{runtime}}, would not isolate them',
  'enforcement.headline-changed-outside':
    'On, but not verified: the settings in force were changed outside Bulkhead',
  'enforcement.now-version-on': 'The gateway keeps enforcing version {{version}}, with ECI on.',
  'enforcement.now-version-audit': 'The gateway keeps using version {{version}}, in audit mode.',
  'enforcement.now-version-off': 'The gateway keeps using version {{version}}, with ECI off.',
  'enforcement.now-unrecorded-on':
    'The gateway keeps enforcing earlier settings with ECI on; history does not have them.',
  'enforcement.now-unrecorded-audit':
    'The gateway keeps using earlier settings in audit mode; history does not have them.',
  'enforcement.now-unrecorded-off':
    'The gateway keeps using earlier settings with ECI off; history does not have them.',
  'enforcement.now-locked-down': 'The gateway is locked down: it enforces the strictest policy.',
  'enforcement.now-none': 'The gateway started without settings: ECI is off.',
  'enforcement.now-unknown': 'Nothing shows which policy is in force.',
  'enforcement.now-nothing': 'Nothing is enforced now: no gateway runs.',
  'enforcement.next-off': 'The next start turns ECI off.',
  'enforcement.next-stays-off': 'The next start leaves it off.',
  'enforcement.next-locked-down':
    'The next start locks down: the strictest policy holds until the file is repaired.',
  'enforcement.next-locked-down-deleted':
    'The next start locks down: the strictest policy holds until there is a settings file again.',
  'enforcement.next-same': 'A restart does not change that.',
  'enforcement.next-version-on': 'The next start enforces version {{version}}, with ECI on.',
  'enforcement.next-version-audit': 'The next start uses version {{version}}, in audit mode.',
  'enforcement.next-version-off': 'The next start uses version {{version}}, with ECI off.',
  'enforcement.next-unrecorded-on':
    'The next start enforces earlier settings with ECI on; history does not have them.',
  'enforcement.next-unrecorded-audit':
    'The next start uses earlier settings in audit mode; history does not have them.',
  'enforcement.next-unrecorded-off':
    'The next start uses earlier settings with ECI off; history does not have them.',
  'enforcement.mend': 'Repair the file, or move it away and restore a version of the history.',
  'enforcement.repair-or-restore':
    'Repair it, or restore an earlier version: an apply keeps these bytes in history.',
  'enforcement.next-unknown': 'How the next start treats the file is not known.',
} as const;
