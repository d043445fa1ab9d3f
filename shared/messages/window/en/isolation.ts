export const isolation = {
  title: 'Isolation',
  subtitle: 'Runs each container in its own user namespace.',
  eci: {
    name: 'Enhanced Container Isolation',
    on: 'Each new container gets its own UID/GID range. ' + 'Container root has no privileges on the host.',
    off: 'Now off: root in a container is root on the host.',
    untilApplied: 'Off in this draft. It is enforced until the draft is applied.',
    retained: 'Off in these settings. The gateway keeps enforcing it.',
    unknown: 'Off in these settings. Nothing shows whether it is still enforced.',
    impossible:
      'It can\u2019t be turned on here: no isolation backend can run. What is missing is listed below.',
  },
  lock: {
    name: 'Lock for users',
    on: 'Users can\u2019t turn it off or change what belongs to it.',
    off: 'Users may turn it off: it is only a default for them.',
    retained: 'Unlocked in these settings. The gateway keeps enforcing the lock of earlier ones.',
    unknown: 'Unlocked in these settings. Nothing shows whether users can turn it off now.',
  },
  preference: {
    title: 'Your preference',
    /** For the administrator. */
    titleUsers: 'Users\u2019 preference',
    whoUsers:
      'Users may choose what is not locked. It takes effect at once, for everybody who uses this engine.',
    who: 'The administrator lets users choose. It takes effect at once, for everybody who uses this engine.',
    eci: {
      name: 'Isolation on this engine',
      admin: 'As the administrator set it: on',
      off: 'Off',
      isAdmin: 'Rules are enforced for everybody.',
      isOff:
        'Turned off by {{by}}. No rule is enforced: sockets and host directories are open. ' +
        'New containers still get ids of their own, unless they ask for another runtime; ' +
        'host namespaces are open to those.',
      ignored: 'Turned off by {{by}}, which has no effect here.',
    },
    load: {
      name: 'docker load on this engine',
      admin: 'As the administrator set it',
      on: 'Blocked',
      off: 'Allowed',
      isAdmin_true: 'Blocked by the administrator\u2019s settings.',
      isAdmin_false: 'Allowed: the administrator\u2019s settings do not block it.',
      isOwn_true: 'Blocked, set by {{by}}.',
      isOwn_false: 'Allowed, set by {{by}}.',
    },
    notCounted: 'Judged by the administrator\u2019s settings, without the preference of {{by}}',
    notCountedOff: 'Isolation is turned off by that preference now: no rule is enforced until it is cleared.',
    notCountedLoad: 'That preference decides about docker load now.',
    somebody: 'a user',
    administrator: 'the administrator',
    problem: 'The stored preferences are ignored: {{why}}.',
    readOnly: 'whoever may not use the socket',
    failed: 'The preference could not be kept',
  },
  mode: {
    name: 'Enforcement mode',
    enforce: 'What is not allowed is denied, and recorded.',
    audit: 'What is not allowed is recorded and let through: nothing is protected by rules.',
    enforceOption: 'Enforce',
    auditOption: 'Audit only',
  },
  existing: {
    name: 'Containers created before ECI',
    block:
      'Can’t be started, exec’d into or copied from while ECI is on. ' +
      'They can be stopped, inspected and removed. The engine itself starts those with a restart policy.',
    blockInAudit:
      'Can be used in audit mode, and every use is recorded. ' +
      'With Enforce they can’t be started, exec’d into or copied from.',
    warn: 'Can be started; every use is recorded.',
    blockOption: 'Block',
    warnOption: 'Only record',
  },
  language: {
    name: 'Language of denials',
    text:
      'The text that Docker clients get when something is denied, after `enhanced container ' + 'isolation`.',
  },
  devices: {
    title: 'Devices for containers',
    empty:
      'No device is listed: containers get none of the host\u2019s, but those that act in their own ' +
      'namespaces (`/dev/fuse`, `/dev/net/tun`).',
    add: 'Add device',
    edit: 'Edit',
    editOf: 'Edit {{device}}',
    editing: 'Device that is edited',
    remove: 'Remove',
    removeOf: 'Remove {{device}}',
    access: { rwm: 'Read and write', r: 'Read only', w: 'Write only' },
    every: { images: 'every image', users: 'everybody' },
    only: {
      images: 'images {{names}}',
      users: 'users {{names}}',
      groups: 'members of {{names}}',
    },
    nobody: { images: 'no image', users: 'no user', groups: 'no group' },
    form: {
      device: 'Device',
      deviceNote: 'A path below `/dev`, where * and ? stand for part of a name, or the name of a CDI device.',
      path: 'Given by `--device`, or `devices:` in Compose. A mounted block device needs its exact path.',
      cdi: 'A CDI device, also given by `--gpus`.',
      none: 'This names no device: `/dev/kvm`, `/dev/ttyUSB*`, `nvidia.com/gpu=*`.',
      listed: 'It is in the list already.',
      access: 'Access',
      accessNote: 'Containers can never make device files.',
      images: 'Images',
      imagesNote: 'Separated by commas, matched by content. Empty: every image.',
      users: 'Users',
      usersNote: 'Who may give it to a container, by name or number. Empty, and no groups: everybody.',
      groups: 'Groups',
      groupsNote: 'Their members may give it to a container.',
      nobody: 'The list is there and empty: nobody. To allow everybody, remove the key on the JSON page.',
      add: 'Add to draft',
      save: 'Save to draft',
    },
  },
  backend: {
    title: 'Isolation backend',
    recommended: 'Recommended',
    inUse: 'In use',
    auto: { name: 'Automatic', text: 'bulkhead-runc where it can run.' },
    exclusive: {
      name: 'bulkhead-runc',
      text:
        'An id range of its own for every container, on the engine’s normal store. ' +
        'Images and containers stay in view.',
    },
    sysbox: {
      name: 'Sysbox',
      text:
        'Uses an installed Sysbox (Community Edition). All containers share one id range, and ' +
        '--privileged is left to Sysbox.',
    },
    allMet_one: 'Its requirement is met',
    allMet_other: 'All {{count}} requirements are met',
    missing_one: '{{count}} requirement is missing',
    missing_other: '{{count}} requirements are missing',
    met: 'Met',
    notMet: 'Missing',
    show: 'Show',
    hide: 'Hide',
    unknown: 'Not examined yet',
  },
  requirement: {
    root: 'Administrator rights',
    linux: 'Linux',
    kernel: 'Linux kernel',
    'mount-api': 'Kernel mount API',
    'idmapped-mounts': 'Id-mapped mounts',
    'overlay-layers': 'Overlay with id-mapped layers',
    runc: 'runc',
    'runtime-built': 'The bulkhead-runc program',
    'storage-driver': 'Storage driver',
    'native-overlay-diff': 'Native overlay diff',
    planner: 'Isolation planner',
    'sysbox-installed': 'Sysbox',
    'sysbox-services': 'Sysbox\u2019s services',
    'build-isolation': 'Builds in isolation',
    'no-selinux': 'SELinux',
    'no-snap': 'Engine from packages',
    'probe-built': 'The bulkhead-probe program',
  },
  does: {
    titleOn: 'What turning it on will do here',
    titleOff: 'What turning it off will do here',
    titleIs: 'What it does here',
    restart: 'Docker Engine restarts once.',
    reload: 'Docker Engine reads its configuration again: no container stops.',
    stops_one:
      '{{count}} running container stops; with a restart policy it starts again by itself if it is ' +
      'allowed to.',
    stops_other:
      '{{count}} running containers stop; those with a restart policy start again by themselves if they ' +
      'are allowed to.',
    stopsNone: 'No container is running, so none stops.',
    keepsRunning_one: '{{count}} running container keeps running (live-restore).',
    keepsRunning_other: '{{count}} running containers keep running (live-restore).',
    images_one: '{{count}} image stays in view; volumes and networks too.',
    images_other: '{{count}} images stay in view; volumes and networks too.',
    unprotected_one:
      '{{count}} container exists already and stays unprotected unless it is recreated or removed.',
    unprotected_other:
      '{{count}} containers exist already and stay unprotected unless they are recreated or removed.',
    choose: 'Choose…',
    blocked: 'The gateway denies start, exec and copy for what is unprotected.',
    warned: 'The gateway lets what is unprotected be used and records every use.',
    ids: 'Each new container gets its own UID/GID range: container root owns nothing on the host.',
    privileged: '`--privileged` works, confined to the container\u2019s own namespaces.',
    host: 'Host namespaces are denied, `--userns=host` is ignored.',
    auditRules:
      'Audit only: host namespaces, sockets for other images and unshared mounts are logged, not denied.',
    socketAny: 'Every image may mount the Docker socket; it gets one of its own.',
    socketRule: 'Only containers of allowed images may mount the Docker socket.',
    mountRule: 'Host directories can be mounted only if they are shared.',
    verified: 'Applying ends verified from inside real containers, or is rolled back.',
    restored: 'The engine is rolled back to its configuration from before ECI.',
    stillRun: 'Containers made under ECI keep working.',
    offMeans: 'New containers are not protected.',
    engineDown: 'The engine does not run, so nothing was counted here.',
  },
  kept: {
    stops_one: 'Docker Engine restarts: the running container you keep stops.',
    stops_other: 'Docker Engine restarts: the {{count}} running containers you keep stop.',
    runs_one: 'The running container you keep runs until it is stopped.',
    runs_other: 'The {{count}} running containers you keep run until they are stopped.',
    blocked:
      'While ECI is on, a stopped one can\u2019t be started again, and none can be exec\u2019d into or ' +
      'copied from.',
    returning_one:
      'But {{names}} has a restart policy: the engine itself starts it whenever it starts, unprotected.',
    returning_other:
      'But {{names}} have a restart policy: the engine itself starts them whenever it starts, unprotected.',
    usable: 'They can be started and used, unprotected.',
    allow: 'Let kept containers be started and used',
    allowWhy:
      'They stay unprotected, and each use is recorded. Can be changed later: “Containers created before ' +
      'ECI” on the Isolation page.',
    audit:
      'To try ECI first, set “Enforcement mode” on the Isolation page to “Audit only”: rules deny ' +
      'nothing then.',
    host_one:
      '{{names}} can\u2019t be recreated with {{what}}. Create it again without that, and it is protected.',
    host_other:
      '{{names}} can\u2019t be recreated with {{what}}. ' +
      'Create them again without that, and they are protected.',
    socket:
      '{{names}}: uses the Docker socket. Once its image is allowed on the page Docker socket it can be ' +
      'recreated protected on the page Containers.',
    refused: '{{name}} can\u2019t be recreated under these settings: {{why}}',
    ruledOut: '{{name}} can\u2019t be recreated: {{why}}',
    autoRemove:
      '{{names}}: runs with `--rm`, so a failed recreation could not be rolled back. On the page ' +
      'Containers it can be recreated all the same.',
  },
  prompt: {
    title_one: '{{count}} container already exists. What should happen to it?',
    title_other: '{{count}} containers already exist. What should happen to them?',
    body:
      'ECI protects containers when they are created, so these stay unprotected unless they are ' +
      'recreated or removed. Nothing happens now: your choices go into the plan, and you see it before ' +
      'it runs.',
    setAll: 'Set all to',
    recreate: 'Recreate protected',
    recreated_one: '{{count}} recreated',
    recreated_other: '{{count}} recreated',
    recreateWhen:
      'Recreating begins once ECI is on and verified. Where something was written inside a container ' +
      'outside of its volumes, the new one begins without it, and the old one is kept, stopped, unless ' +
      'it is carried over.',
    remove: 'Remove',
    stopAndRemove: 'Stop and remove',
    keep: 'Keep unprotected',
    each: 'Choose for each',
    container: 'Container',
    status: 'Status',
    when: 'When ECI is applied',
    choiceFor: 'What happens to {{name}}',
    runningStay: 'Running containers are kept unless you choose each of them.',
    allRun_one: 'It is running: to remove it, choose that in its row.',
    allRun_other: 'All of them are running: to remove one, choose that in its row.',
    volumes: 'Also delete volumes of removed containers',
    volumesKept: 'Volumes are kept otherwise.',
    kept_one: '{{count}} kept unprotected',
    kept_other: '{{count}} kept unprotected',
    removed_one: '{{count}} removed',
    removed_other: '{{count}} removed',
    continue: 'Continue to review',
    obstacle: 'Uses {{what}}, which ECI doesn\u2019t allow',
  },
};
