import { concat } from '../concat.ts';

/**
 * What the gateway's rules state, which setting allows what they refuse, and the refusal composed of both.
 */
export const rules = {
  'rules.runtime-forced': 'every container runs with the isolation runtime',
  'rules.gpus-as-cdi': 'GPUs are given to containers as CDI devices',
  'rules.userns-ignored': 'every container has a user namespace of its own',
  'rules.privileged-by-runtime': concat(
    'this isolation backend takes no privileged containers; ',
    'root in its containers has every capability there anyway',
  ),
  'rules.host-namespace': 'a container may not share a namespace with the host',
  'rules.foreign-namespace': 'a namespace may be shared with a protected container only',
  'rules.unmodelled-value': 'this value is not one the gateway knows to be safe',
  'rules.unmodelled-field':
    'the request has a field the gateway does not know, so it cannot tell what it does',
  'rules.unreadable-body': "the request's body is ambiguous or unreadable",
  'rules.host-device': 'devices of the engine are given to containers only where the settings list them',
  'rules.security-option': 'this security option is not one the gateway knows to be safe',
  'rules.cgroup-parent':
    "a container's cgroup parent may only be a plain path that leads into no other program's cgroups",
  'rules.annotation': 'this annotation changes how the runtime treats the container',
  'rules.log-driver':
    'this log driver or option reaches files, sockets, plugins or the identity of the engine',
  'rules.environment-switch': 'this variable changes how the isolation runtime treats the container',
  'rules.volume-plugin': 'volume plugins run outside isolation; only the "local" driver is allowed',
  'rules.network-plugin': "network plugins run outside isolation; only the engine's own drivers are allowed",
  'rules.host-addresses': 'a network takes no public addresses, and nothing that the host itself uses',
  'rules.bind-engine-directory':
    "directories that contain the engine's own data or sockets are never mounted",
  'rules.bind-not-shared': 'the directory is not shared with containers',
  'rules.bind-unresolvable': 'it cannot be determined which directory this is',
  'rules.bind-propagation': 'mounts made in a container may not appear in the engine',
  'rules.socket-mount': 'the Docker socket may be mounted by allowed images only',
  'rules.volume-options':
    'a local volume with these options mounts something of the engine; only tmpfs, binds of shared ' +
    'directories and listed shares of other machines are allowed',
  'rules.network-volume': 'shares of other machines are volumes only where the settings list them',
  'rules.volume-unknown': 'the volume could not be inspected',
  'rules.container-unprotected': 'the container was not created under enhanced container isolation',
  'rules.command-blocked': 'the command list of the mounted socket does not let it through',
  'rules.socket-holder': 'the container has a Docker socket under another command list',
  'rules.not-own': 'through this socket only objects created through it can be seen and changed',
  'rules.owner-label': 'the label records who made it, and only the gateway may set it',
  'rules.environment-hidden': 'values of environment variables are hidden',
  'rules.container-name': "a container's name may not look like a container id",
  'rules.copy-mounts': concat(
    'the engine would follow a link that anybody may put there at that moment; ',
    'copy in the shared directory itself, or with tar over docker exec',
  ),
  'rules.copy-shared': concat(
    'the engine copies as root, not as the user who shares the directory; ',
    'copy in the shared directory itself, or with tar over docker exec',
  ),
  'rules.reserved-id': concat(
    "an id that is reserved for the engine in containers' layers belongs to no file; ",
    'give it another owner in the archive',
  ),
  'rules.id-out-of-range': 'a protected container has only the ids 0 to 65535; give another with --user',
  'rules.share-missing': 'a directory that is not there is made by the user who shares it',
  'rules.special-user-file': 'the engine opens /etc/passwd and /etc/group as root, so they must be files',
  'rules.host-network-build': "builds do not get the engine's network",
  'rules.build-entitlement': 'builds get no rights beyond isolation',
  'rules.build-source':
    "what a build is made of must be visible in the request, and lie outside the engine's own directories",
  'rules.build-identity':
    "where a build needs an identity, it gets the client's own over its session, never the engine's",
  'rules.build-unguarded': 'BuildKit takes no rules there for what a build fetches inside the engine',
  'rules.build-runtime':
    "steps of the classic builder run with the engine's default runtime, which must isolate them",
  'rules.grpc-method':
    'the gateway does not know this call of the build service, so it cannot tell what it does',
  'rules.docker-load': 'loading images from archives is denied',
  'rules.swarm': 'Swarm services run outside isolation',
  'rules.plugin': 'engine plugins run as root outside isolation',
  'rules.layer-links': 'links in the layers of an image must not lead the engine to files of the host',
  'rules.checkpoint': 'checkpoints are written to and read from directories of the engine',
  'rules.debug': "debug endpoints show the engine's memory",
  'rules.removed-endpoint': 'the endpoint was removed from the API',
  'rules.unknown-endpoint': 'the gateway does not know this endpoint, so it cannot tell what it does',
  'rules.form-body': "form bodies override what the request's address says",
  'rules.request-limit': 'one request may not keep the gateway from serving others',
  'rules.connection-limit': 'one user may not take up the connections and the memory that are there for all',
  'rules.pinned-reference': 'names of containers are replaced by their ids',
  'rules.cleaned-path': 'paths are written without dot segments and symbolic links',
  'rules.own-socket': 'an allowed image gets a Docker socket of its own',
  'rules.parameter-dropped': 'parameters without meaning are left out',
  'rules.setting-image-list': concat(
    'an administrator can allow it with an entry of ',
    'enhancedContainerIsolation.dockerSocketMount.imageList that covers the image',
  ),
  'rules.setting-image-content': concat(
    'push it to a registry, or pull it from one: no entry of ',
    'enhancedContainerIsolation.dockerSocketMount.imageList but * allows content that was made ',
    'or loaded here',
  ),
  'rules.setting-shared-directories':
    'an administrator can allow it by listing the directory in filesharingAllowedDirectories',
  'rules.setting-block-docker-load': 'an administrator can allow it with blockDockerLoad',
  'rules.setting-command-list':
    'an administrator can allow it in enhancedContainerIsolation.dockerSocketMount.commandList',
  'rules.setting-socket-scope': 'an administrator can allow it with bulkhead.socketMounts.scope: "all"',
  'rules.setting-hide-environment': 'an administrator can allow it with bulkhead.hideEnvironment',
  'rules.setting-devices': 'an administrator can allow it in bulkhead.devices',
  'rules.setting-network-volumes': 'an administrator can allow it in bulkhead.networkVolumes',
  'rules.setting-existing-container': concat(
    'recreate the container (bulkhead containers recreate {{name}} --dry-run{{onEngine}} says whether that ',
    'is possible), or an administrator can allow it with bulkhead.existingContainers: "warn"',
  ),
  'rules.setting-replaced-container': concat(
    'use {{original}} if that is its protected recreation, or an administrator can allow it with ',
    'bulkhead.existingContainers: "warn"',
  ),
  'rules.setting-per-image-list': 'an administrator can allow it in bulkhead.perImageCommandLists[{{index}}]',
  'rules.no-setting': 'no setting allows it',
  'rules.refusal': 'enhanced container isolation: {{what}} is blocked: {{rule}}; {{setting}}',
  'rules.with-aside': '{{text}} ({{aside}})',
  'rules.change': '{{field}}: "{{before}}" became "{{after}}" ({{rule}})',
  'rules.let-pass-with-warning': 'let pass with a warning: {{refusal}}',
} as const;
