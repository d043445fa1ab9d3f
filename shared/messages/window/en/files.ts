/** File sharing: host directories that containers may bind-mount. */
export const files = {
  title: 'File sharing',
  subtitle: 'Containers may bind-mount these host directories and what is below them, nothing else.',
  choose: 'Choose folder\u2026',
  chooseFailed: 'No folder could be chosen',
  off: {
    title: 'ECI is off: every host directory can be mounted',
    body: 'The list is kept and takes effect when ECI is on.',
  },
  untilApplied: {
    title: 'ECI is off in this draft: once applied, every host directory can be mounted',
    body: 'Until then mounts are checked by the settings in force.',
  },
  /** The settings file is deleted, and the gateway goes on enforcing. */
  retained: {
    title: 'Mounts are still checked, but not by this list',
    body: 'The gateway keeps enforcing earlier settings.',
  },
  unknown: {
    title: 'Not known whether mounts are checked',
    body: 'Nothing shows which policy is in force.',
  },
  list: {
    title: 'Allowed directories',
    column: {
      written: 'As written',
      host: 'On this host',
      byDefault: 'Shared by default',
      actions: 'Actions',
    },
    empty: 'The list is empty: no host directory may be mounted.',
    emptyOff: 'The list is empty: with ECI on, no host directory may be mounted.',
    emptyDesktop: 'The list is empty: Docker Desktop reads that as its default shares.',
    missing: 'The settings file has no list, so these defaults apply.',
    missingRetained: 'There is no settings file and no list: these defaults are not in force now.',
    missingDesktop: 'The settings file has no list: Docker Desktop\u2019s own default shares apply.',
    write: 'Write them into the settings file',
    defaultTag: 'Default',
    subject: 'The list',
    unresolved: 'The directories could not be looked up on this host',
    byDefault: 'Shared by default: {{path}}',
    byDefaultIs: { yes: 'Yes', no: 'No' },
    byDefaultHere:
      'On this engine every listed directory can be mounted. “Shared by default” is for Docker Desktop, ' +
      'which shares such a directory without users adding it: it is not changed here.',
    byDefaultDesktop:
      '“Shared by default”: Docker Desktop shares the directory without users adding it. ' +
      'Off, users may add it themselves.',
    menu: 'Actions for {{path}}',
    edit: 'Edit\u2026',
    copy: 'Copy',
    remove: 'Remove',
    narrow: 'Narrow to\u2026',
    correct: 'Correct\u2026',
    save: 'Save',
    editing: 'Directory',
    before: 'was `{{path}}`',
  },
  host: {
    home: 'Each user\u2019s own home, for you',
    inHome: 'In each user\u2019s own home, for you',
    leadsTo: 'leads to',
    symlink: 'Symlink',
    missing: 'does not exist',
    file: 'is a file, not a directory',
    socket: 'is a socket, not a directory',
    other: 'is not a directory',
    unusable: 'can\u2019t be used: {{why}}',
  },
  add: {
    button: 'Add directory',
    label: 'Directory to share',
    placeholder: '/srv/projects or $HOME/code',
    hint: 'An absolute path, or one that starts with `$HOME`, `$TMP` or `$TEMP`.',
    duplicate: 'Already listed as `{{path}}`',
    covered: 'Already shared by `{{path}}`',
    fine: 'It and everything below it can be mounted',
    missing: 'Does not exist yet. Once it does, it and everything below it can be mounted.',
  },
  invalid: {
    empty: 'A path is missing',
    relative: 'The path must be absolute, or start with `$HOME`, `$TMP` or `$TEMP`',
    'not-normal': 'The path must not contain `.` or `..`: write where it leads',
    'unknown-variable': 'Only `$HOME`, `$TMP` and `$TEMP` are replaced, no `~` and no other variable',
    'control-character': 'The path contains a control character',
    title: 'This entry shares nothing',
  },
  danger: {
    holds: 'Contains `{{path}}`',
    through: 'Leads to `{{path}}`. {{title}}',
    everything: {
      title: 'This is the whole file system',
      body: 'Containers could change every file of this host and take it over.',
    },
    engine: {
      title: 'Holds the engine\u2019s own files',
      body:
        'Containers could change images, other containers and the policy. ' +
        'The gateway denies mounts of the engine’s directories, but not of all that lies beside them.',
    },
    socket: {
      title: 'Contains the Docker socket',
      body: 'Mounts of the socket itself stay denied, but not of what lies beside it.',
    },
    'system-configuration': {
      title: 'Holds this host\u2019s configuration',
      body: 'Containers could read the host\u2019s accounts and passwords and change its services.',
    },
    'runtime-state': {
      title: 'Holds sockets and state of the host\u2019s services',
      body:
        'Mounts of the Docker socket stay denied, but not of its neighbours: ' +
        'containerd, systemd and D-Bus sockets may be here too.',
    },
    kernel: {
      title: 'These are the kernel\u2019s own files',
      body: 'Through them a container could leave its isolation.',
    },
    devices: {
      title: 'These are this host\u2019s devices',
      body: 'Containers could read and write its disks.',
    },
    'administrator-home': {
      title: 'This is the administrator\u2019s home',
      body: 'Keys and start-up files in it give access to this host.',
    },
    programs: {
      title: 'Holds programs this host runs',
      body: 'Containers could replace what the administrator runs.',
    },
    'all-homes': {
      title: 'Holds every user\u2019s home',
      body: 'Every user\u2019s containers could mount every other user\u2019s files.',
    },
  },
  tester: {
    title: 'Would it be mountable?',
    against: 'Settings to check against',
    applied: 'Applied',
    /** In place of "Applied" while the settings file is lost. */
    inForce: 'In force',
    draft: 'Draft',
    label: 'Host path to try',
    placeholder: '/home/me/app',
    hint: 'Type a host path: the gateway\u2019s own rules decide. Enter keeps the result below.',
    relative: 'Type an absolute path.',
    checking: 'Checking\u2026',
    yes: 'Yes',
    no: 'No',
    inside: 'Inside `{{share}}`, no symlinks on the way.',
    insideLink: 'It leads to `{{real}}`, inside `{{share}}`.',
    defaultDevice: 'It is a device that every container has: it needs no share.',
    off: 'ECI is off: no mount is checked.',
    offDraft: 'ECI is off in this draft: no mount would be checked.',
    missing: 'It does not exist yet.',
    notShared: 'It is in no shared directory.',
    notSharedLink: 'It leads to `{{real}}`, which isn\u2019t shared.',
    engine: 'It is, contains or belongs to a directory of the engine: that is never mountable.',
    socket: 'It is a socket of the engine: only allowed images may mount that.',
    unresolvable: 'It can\u2019t be determined where it leads, so it is denied.',
    forget: 'Forget {{path}}',
    failed: 'The path could not be checked',
  },
  empty: {
    title: 'If the list is empty',
    engineHere: 'Nothing of this host can be mounted on this engine.',
    engineMissing: 'Without any list, `$HOME` and `$TMP` can be mounted.',
    desktopThere:
      'Docker Desktop reads an empty list as its default shares. Bulkhead says so before it saves one.',
    desktopHere: 'Docker Desktop reads an empty list as its default shares.',
    desktopMissing: 'Without any list, its default shares apply too.',
    engineThere: 'On Docker Engine, an empty list means that nothing can be mounted.',
  },
};
