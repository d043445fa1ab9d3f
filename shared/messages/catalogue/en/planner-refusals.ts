import { concat } from '../concat.ts';

/** What the planner refuses when a container or a build step starts; a client gets it in dockerd's error. */
export const plannerRefusals = {
  'planner-refusals.refusal': 'enhanced container isolation: {{reason}}',
  'planner-refusals.not-planned': 'the container could not be planned: {{reason}}',
  'planner-refusals.stopping': 'the planner is being stopped; try again',
  'planner-refusals.scan-takes-long': concat(
    'the planner is still cleaning up after an earlier run of the engine, ',
    'which may have left mounts that cannot be unmounted; ',
    "try again in a minute; if this persists, see the planner's log",
  ),
  'planner-refusals.versions-differ':
    'the planner does not understand the runtime: they are of different versions; restart the engine',
  'planner-refusals.state-not-written':
    'what the planner keeps of containers cannot be written in {{directory}}: {{why}}',
  'planner-refusals.exists': 'container {{id}} exists already',
  'planner-refusals.being-created': 'container {{id}} is being created already',
  'planner-refusals.later-version': concat(
    'the state of container {{id}} is of a later version of Bulkhead, and is kept with its id range: ',
    'install that version',
  ),

  'planner-refusals.step-id': 'a step of a build may not be called {{id}}, as containers of the engine are',
  'planner-refusals.step-process': concat(
    'a further process in the container {{id}} of a build is blocked: ',
    'only the client that created the container may request one, through the gateway; ',
    'a frontend image gets one process for each of its containers; no setting allows it',
  ),

  'planner-refusals.engine-remaps':
    'the engine asked for a user namespace of its own (userns-remap); remove userns-remap from daemon.json',
  'planner-refusals.host-namespace':
    "a container cannot share the host's {{type}} namespace ({{option}}); leave the option out",
  'planner-refusals.unknown-namespace': 'joining a {{type}} namespace is not supported',
  'planner-refusals.namespace-of-none': concat(
    'the {{type}} namespace at {{path}} belongs to no container; ',
    'a namespace may be shared with another protected container only',
  ),
  'planner-refusals.two-ranges':
    'a container cannot join the namespaces of two containers with different id ranges',
  'planner-refusals.namespace-of-unprotected': concat(
    'a namespace may be shared with another protected container only, and that one is not protected; ',
    'recreate it first',
  ),
  'planner-refusals.joined-not-running': 'the container whose namespaces are joined is not running',
  'planner-refusals.other-owner': concat(
    'a container that belongs to {{owner}} cannot join namespaces that belong to {{other}}: ',
    'both would have the same ids on this machine; create both as the same user',
  ),
  'planner-refusals.unknown-owner': concat(
    'a container that belongs to {{owner}} cannot join namespaces that belong to nobody who is known: ',
    'both would have the same ids on this machine; create both as the same user',
  ),

  'planner-refusals.owner-root': 'root',
  'planner-refusals.owner-builds': 'steps of builds',
  'planner-refusals.owner-unnamed': 'a user who is not known',
  'planner-refusals.owner-retired': 'nobody any more',
  'planner-refusals.owner-user': 'user {{uid}}',
  'planner-refusals.all-ranges-in-use': concat(
    '{{owner}} had {{number}} id ranges, which is the most, and all of them are in use: ',
    'remove containers, and end processes outside that have ids of containers; ',
    'root can release ranges that nobody needs any more ({{command}})',
  ),
  'planner-refusals.no-range-left': concat(
    'every id range of this machine has an owner or is in use, and none that belongs to {{owner}} is free: ',
    'remove containers; root can release ranges that nobody needs any more ({{command}})',
  ),
  'planner-refusals.owner-not-recorded': concat(
    'the owner of id range {{base}} cannot be recorded in {{directory}} ({{why}}); ',
    'free space there, or repair the file system',
  ),
  'planner-refusals.owner-unreadable': concat(
    'the owner of an id range cannot be read from {{file}}: ',
    'no container gets that range until root has repaired or removed the file',
  ),
  'planner-refusals.owners-missing': concat(
    '{{directory}} is missing or incomplete, so the owners of the id ranges of this machine are not known: ',
    'containers get only ranges that are known to be theirs. Restore it from a backup; ',
    'or, if nothing that ran in a container left files or processes outside, begin anew: {{command}}',
  ),
  'planner-refusals.no-user-id': concat(
    'there is no user id {{uid}} in a protected container: its ids are 0 to {{last}} (A3); ',
    'give another with --user, or USER in the image',
  ),
  'planner-refusals.no-group-id': concat(
    'there is no group id {{gid}} in a protected container: its ids are 0 to {{last}} (A3); ',
    "give another with --user or --group-add, or in the image's /etc/group",
  ),

  'planner-refusals.cgroup-name':
    'the cgroup {{cgroup}} is not one that a container may have; leave --cgroup-parent out',
  'planner-refusals.cgroup-leaves':
    'the cgroup {{cgroup}} leads out of its parent; give --cgroup-parent as a plain path',
  'planner-refusals.cgroup-not-own':
    "the cgroup {{cgroup}} is not the container's own; leave --cgroup-parent out",
  'planner-refusals.cgroup-of-container':
    "the cgroup {{cgroup}} is inside another container's ({{other}}); give another --cgroup-parent",
  'planner-refusals.cgroup-of-own-engine':
    "the cgroup {{cgroup}} is inside the container engine's ({{other}}); give another --cgroup-parent",
  'planner-refusals.cgroup-of-engine':
    "the cgroup {{cgroup}} is inside a container engine's ({{other}}); give another --cgroup-parent",
  'planner-refusals.cgroup-in-use':
    'the cgroup {{cgroup}} is inside one in which processes run ({{other}}); give another --cgroup-parent',

  'planner-refusals.device-not-allowed':
    'the device {{path}} ({{type}} {{major}}:{{minor}}) is not one a protected container may have',
  'planner-refusals.device-without-file':
    'there is no file for the device {{path}} ({{type}} {{major}}:{{minor}})',
  'planner-refusals.no-device-files': 'device files cannot be created below {{directory}}',
  'planner-refusals.not-that-device':
    '{{source}} is not the device of that name on this machine, and cannot be mounted',

  'planner-refusals.layers-unknown': 'the layers of an overlay cannot be determined: {{path}}',
  'planner-refusals.not-a-layer': "{{path}} is no layer of the engine's and cannot be mounted as one",
  'planner-refusals.layers-misplaced':
    'the layers of an overlay are not laid out as an engine does it: {{path}}',
  'planner-refusals.layers-mounted-in-part':
    "the container's layers are also mounted in part at {{directory}}; unmount that",
  'planner-refusals.too-many-mounts':
    'a container with more than {{number}} layers and mounts is not supported',
  'planner-refusals.too-many-layers': 'an image with more than {{number}} layers is not supported',
  'planner-refusals.too-many-layer-options':
    "more than {{number}} mount options on the container's layers are not supported",
  'planner-refusals.plan-too-long':
    'the container has too many layers or mounts, or their paths are too long; use fewer of them',
  'planner-refusals.open-to-others': concat(
    "every user of the machine can reach {{directory}}, where the engine mounts the container's files: ",
    'remove the search permission of others from a directory above it (chmod 0710)',
  ),

  'planner-refusals.source-missing': 'the source of a bind mount does not exist: {{source}}',
  'planner-refusals.source-unresponsive': concat(
    'the source of a bind mount does not respond: ',
    '{{source}} ({{type}} at {{mountPoint}}); check its server, or leave the mount out',
  ),
  'planner-refusals.source-link': concat(
    '{{source}} leads through a symbolic link, and links may change between two starts; ',
    'mount the directory or file itself that it leads to',
  ),
  'planner-refusals.source-mount-unknown': 'the mount that {{source}} is on cannot be determined',
  'planner-refusals.source-replaced':
    '{{source}} was replaced while the container was being created: try again',
  'planner-refusals.source-other-socket': concat(
    '{{source}} is the Docker socket of another container and cannot be mounted; ',
    'recreate the container',
  ),
  'planner-refusals.source-engine-socket': "{{source}} is a container engine's socket and cannot be mounted",
  'planner-refusals.source-holds-socket': concat(
    "{{source}} contains a container engine's socket ({{file}}) and cannot be mounted; ",
    'mount a directory below it instead',
  ),
  'planner-refusals.source-of-engine': '{{source}} belongs to the container engine and cannot be mounted',
  'planner-refusals.source-holds-engine': concat(
    '{{source}} contains a directory of the container engine ({{file}}) and cannot be mounted; ',
    'mount a directory below it instead',
  ),

  'planner-refusals.sharing-user-unknown':
    'it is not known who shares {{source}} with this container ({{record}}): recreate the container (A8)',
  'planner-refusals.record-invalid': '{{file}} is no record',
  'planner-refusals.record-missing': "there is no {{file}}; see the gateway's log",
  'planner-refusals.no-access': concat(
    '{{source}} cannot be shared by user {{uid}}, who has no access to {{directory}}; ',
    'a user with access can create the container (A8)',
  ),
  'planner-refusals.access-not-checked':
    'it was not checked whether user {{uid}} has access to {{source}}; start the container again (A8)',
  'planner-refusals.access-check-late': concat(
    'it could not be found out in time whether user {{uid}} has access to {{directory}} ',
    '(a file system does not answer, or the process that looks was stopped); try again (A8)',
  ),
  'planner-refusals.no-account': concat(
    'user {{uid}} has no account on this machine: the id belongs to a container or is a subordinate id, ',
    'so it cannot share directories; run this as the user who owns the id (A8)',
  ),
  'planner-refusals.account-not-queried':
    "the machine's user database was not queried for user {{uid}}; start the container again",
  'planner-refusals.account-query-failed':
    "the machine's user database could not be queried for user {{uid}} (getent passwd {{uid}})",
  'planner-refusals.no-subordinate-range': concat(
    'all subordinate id ranges of this machine are taken ({{directory}}); ',
    'give the user a range of {{number}} ids in /etc/subuid and /etc/subgid',
  ),
  'planner-refusals.subordinate-unreadable': '{{file}} cannot be read',
  'planner-refusals.subordinate-invalid': '{{file}} is not a record of a subordinate id range',
  'planner-refusals.too-many-directories': concat(
    'the binds of the container are in more than {{number}} directories; ',
    'mount directories above them instead',
  ),
} as const;
