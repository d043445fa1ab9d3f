export const activity = {
  title: 'Activity',
  subtitle: 'Decisions the gateway logged.',
  live: 'Live',
  /** In place of "Live" while the engine does not run. */
  engine: 'Engine: {{phase}}',
  export: 'Export…',
  exportFiltered: 'Export filtered…',
  exported_one: '{{count}} entry exported to {{path}}',
  exported_other: '{{count}} entries exported to {{path}}',
  exportedFiltered_one: '{{count}} filtered entry exported to {{path}}',
  exportedFiltered_other: '{{count}} filtered entries exported to {{path}}',
  paused: 'Paused',
  pause: 'Pause',
  resume: 'Resume',
  show: 'Show',
  search: 'Container, image or rule',
  filter: {
    all: 'All',
    denied: 'Denied',
    wouldDeny: 'Would be denied',
    changed: 'Changed',
    probes: 'Verification',
  },
  column: { time: 'Time', outcome: 'Outcome', request: 'Request' },
  outcome: { warned: 'Warned' },
  times: '{{count}} times',
  new_one: '{{count}} new',
  new_other: '{{count}} new',
  repeated: '{{count}} times since {{first}}, last {{last}}',
  showAll: 'Show all',
  onlyRepeats_one: '{{count}} of this kind',
  onlyRepeats_other: '{{count}} of this kind, each by itself',
  showGrouped: 'Back to all',
  none: 'Nothing was denied or changed yet. Requests that pass unchanged are not logged.',
  noneReadable: 'Nothing can be shown.',
  openSimulator: 'Try a command in the Simulator',
  noMatch: 'No entry matches.',
  showEverything: 'Show everything',
  noRights: 'This user can\u2019t read the decision log',
  noRightsWhy:
    '{{path}} is the administrator’s. Start the app as root, or ask for read access. ' +
    'Denials are not counted meanwhile.',
  unreadable: 'The decision log can\u2019t be read',
  gone: 'This entry is not in view any more',
  goneWhy: 'The log keeps the newest entries only.',
  noSetting: 'No setting changes this',
  socketOther: 'It is no socket that an allowed image could get.',
  by: {
    verification: 'by a verification',
    user: 'by {{name}}',
    uid: 'by user {{uid}}',
    unknown: 'by an unknown user',
    container: 'through the socket of {{name}}',
    containerOf: 'through the socket of {{name}}, created by {{user}}',
    createdBy: 'Created by {{who}}',
    throughSocket: 'Through the Docker socket of',
    uidOnly: 'User {{uid}}, not known on this machine',
    userUid: '{{name}} (uid {{uid}})',
    pid: 'pid {{pid}}',
    separator: ', ',
  },
  fact: {
    rule: 'Rule',
    requirement: 'Requirement',
    setting: 'Setting',
    image: 'Image',
    requestedBy: 'Requested by',
    request: 'Request',
    lost: 'Lost',
  },
  lostBefore_one: '{{count}} entry before this one could not be written',
  lostBefore_other: '{{count}} entries before this one could not be written',
  image: {
    here: 'Here it is {{digest}}',
    same: 'Registry serves {{digest}}, same as here',
    served: 'Registry serves {{digest}}; not here',
    other: 'Registry serves {{digest}}; here it is {{here}}',
    unknown: 'What its registry serves is not known',
  },
  seen: {
    user: 'What {{name}} saw',
    client: 'What the client saw',
    would: 'What the client would have seen',
    changed: 'What was changed',
    warned: 'What was noted',
  },
  simulate: 'Open in Simulator',
  allow: {
    probesTitle: 'Nothing to allow',
    probes:
      'A verification requested this as an attacker would, to check that it is denied. ' +
      'Such denials are not counted.',
    title: 'What to allow',
    insteadTitle: 'What to do instead',
    do: 'Allow this…',
    nothingYet: 'Nothing changes before you apply.',
    chooseFirst: 'Choose what to allow first: nothing dangerous is preselected.',
    diff: 'Change of the draft',
    same: 'The draft has this already.',
    noSetting: 'No setting allows this.',
    byHand: 'A setting can allow this, but the log does not show which entry is needed.',
    contentMadeHere:
      'No entry of the allowed images helps: they are compared with what a registry serves, and this ' +
      'image\u2019s content was made or loaded here. Push it to a registry or pull it from one, and allow ' +
      'that, or build it from an allowed image.',
    brokenDraft: 'The draft is not usable, so no change can be prepared.',
    inDraft: 'The draft allows this already. Apply it.',
    inForce: 'The settings in force allow this now. Try again.',
    recreate:
      'Better: recreate the container protected, if the page Containers says that it can be. Then it can ' +
      'be used as before.',
    danger: {
      everything:
        'This is the whole file system: a container could change every file of this host and take it ' +
        'over.',
      engine:
        'The engine’s own files are in it: a container could change images, other containers and the ' +
        'policy.',
      socket: 'The Docker socket is in it: a container could command the engine.',
      'system-configuration':
        'The configuration of this host is in it, passwords and services included: ' +
        'a container could take it over.',
      'runtime-state': 'Sockets and state of the system\u2019s services are in it.',
      kernel: 'These are the kernel\u2019s own files: through them a container could leave its isolation.',
      devices: 'These are the devices of this host: a container could read and write disks.',
      'administrator-home':
        'This is the administrator\u2019s home: keys and start-up files in it give access to this host.',
      programs: 'Programs are in it that this host runs as administrator: a container could replace them.',
      'all-homes': 'This shares every user\u2019s home directory with every user\u2019s containers.',
    },
  },
  proposal: {
    'image-digest': { title: 'This exact image', text: '{{digest}}, whatever its tag. Safest.' },
    'image-tag': { title: 'Tag {{tag}}', text: 'Whatever the registry serves under {{tag}}.' },
    'image-any-tag': { title: 'Any tag', text: 'Everything pushed to {{repository}}.' },
    'derived-images': {
      title: 'Images built from allowed ones',
      text: 'Whatever has all layers of an allowed image.',
    },
    'command-for-image': {
      title: '{{command}}, for {{image}} only',
      text: 'The image gets a command list of its own. Others stay as they are.',
    },
    command: {
      title: '{{command}}',
      text: 'For every image without a list of its own.',
      textImage: 'In the list of {{image}}.',
    },
    'unlisted-entry': {
      title: 'Remove {{entries}} from the list',
      text: 'It names no command, so everything is denied while it is there.',
    },
    share: { title: '{{path}}', text: 'Containers may mount it and what is in it.' },
    'share-parent': { title: '{{path}}', text: 'The directory above, with everything else in it.' },
    'docker-load': {
      title: 'Loading images from archives',
      text: 'Images then come in past the registries, under any name.',
    },
    'existing-warn': {
      title: 'Use of unprotected containers',
      text: 'Root in them is root on the host. A warning is logged instead of a denial.',
    },
    'scope-all': {
      title: 'Everything on the engine',
      text: 'Containers with a Docker socket see and touch what others made.',
      textImage: 'Containers of {{image}} with a Docker socket see and touch what others made.',
    },
    'environment-sockets': {
      title: 'Hide variables from mounted sockets only',
      text: 'Users of the clients\u2019 socket see them again.',
    },
    'environment-never': {
      title: 'Hide no variables',
      text: 'Whoever may inspect a container sees its variables, secrets in them too.',
    },
  },
};
