import type { DecisionWords } from './rule-texts.ts';

/** The words of decisions in English, byte for byte what the gateway has always said. */
export const decisions: DecisionWords = {
  rules: {
    'runtime-forced': 'every container runs with the isolation runtime',
    'userns-ignored': 'every container has a user namespace of its own',
    'privileged-by-runtime':
      'Sysbox takes no privileged containers; root in its containers has every capability there anyway',
    'host-namespace': 'a container may not share a namespace with the engine',
    'foreign-namespace': 'a namespace may be shared with a protected container only',
    'unmodelled-value': 'this value is not one the gateway knows to be safe',
    'unmodelled-field': 'the request has a field the gateway does not know, so it cannot tell what it does',
    'unreadable-body': "the request's body cannot be read without doubt",
    'host-device': 'devices of the engine are not given to containers',
    'security-option': 'this security option is not one the gateway knows to be safe',
    'cgroup-parent': "a container's cgroup parent may only be a single plain name",
    annotation: 'this annotation changes how the runtime treats the container',
    'log-driver': 'this log driver or option reaches files, sockets or plugins of the engine',
    'environment-switch': 'this variable changes how the isolation runtime treats the container',
    'volume-plugin': 'volume plugins run outside isolation; only the "local" driver is allowed',
    'network-plugin': "network plugins run outside isolation; only the engine's own drivers are allowed",
    'host-addresses':
      "a network takes no public addresses, and nothing that the engine's machine itself uses",
    'bind-engine-directory': "directories that hold the engine's own data or sockets are never mounted",
    'bind-not-shared': 'the directory is not shared with containers',
    'bind-unresolvable': 'it cannot be told which directory this is',
    'bind-propagation': 'mounts made in a container may not appear in the engine',
    'socket-mount': 'the Docker socket may be mounted by allowed images only',
    'volume-options':
      'a local volume with these options mounts something of the engine; only tmpfs is allowed',
    'volume-unknown': 'the volume could not be looked at',
    'container-unprotected': 'the container was not created under enhanced container isolation',
    'command-blocked': 'the command list of the mounted socket does not let it through',
    'socket-holder': 'the container has a Docker socket under another command list',
    'not-own': 'through this socket only what was made through it may be seen and touched',
    'owner-label': 'the label says who made it, and only the gateway may set it',
    'environment-hidden': 'values of environment variables are hidden',
    'container-name': "a container's name may not look like a container id",
    'copy-mounts':
      'the engine would follow a link that anybody may put there at that moment; copy in the shared directory itself, or with tar over docker exec',
    'share-missing': 'a directory that is not there is made by the user who shares it',
    'special-user-file': 'the engine opens /etc/passwd and /etc/group as root, so they must be files',
    'host-network-build': "builds do not get the engine's network",
    'build-entitlement': 'builds get no rights beyond isolation',
    'build-source':
      "what a build is made of must be visible in the request, and lie outside the engine's own directories",
    'build-identity':
      "where a build needs an identity, it gets the client's own over its session, never the engine's",
    'build-unguarded': 'BuildKit takes no rules there for what a build fetches inside the engine',
    'grpc-method': 'the gateway does not know this call of the build service, so it cannot tell what it does',
    'docker-load': 'loading images from archives is blocked',
    swarm: 'Swarm services run outside isolation',
    plugin: 'engine plugins run as root outside isolation',
    checkpoint: 'checkpoints are written to and read from directories of the engine',
    debug: "debug endpoints show the engine's memory",
    'removed-endpoint': 'the endpoint was removed from the API',
    'unknown-endpoint': 'the gateway does not know this endpoint, so it cannot tell what it does',
    'form-body': "form bodies override what the request's address says",
    'request-limit': 'one request may not keep the gateway from answering others',
    'connection-limit': 'one user may not take up the connections and the memory that are there for all',
    'pinned-reference': 'names of containers are replaced by their ids',
    'cleaned-path': 'paths are written without dot segments and symbolic links',
    'own-socket': 'an allowed image gets a Docker socket of its own',
    'parameter-dropped': 'parameters without meaning are left away',
  },
  settings: {
    '/enhancedContainerIsolation/dockerSocketMount/imageList':
      'an administrator can allow it with an entry of enhancedContainerIsolation.dockerSocketMount.imageList that covers the image',
    '/filesharingAllowedDirectories':
      'an administrator can allow it by listing the directory in filesharingAllowedDirectories',
    '/blockDockerLoad': 'an administrator can allow it with blockDockerLoad',
    '/enhancedContainerIsolation/dockerSocketMount/commandList':
      'an administrator can allow it in enhancedContainerIsolation.dockerSocketMount.commandList',
    '/bulkhead/socketMounts/scope': 'an administrator can allow it with bulkhead.socketMounts.scope: "all"',
    '/bulkhead/hideEnvironment': 'an administrator can allow it with bulkhead.hideEnvironment',
    '/bulkhead/existingContainers':
      'recreate the container (bulkhead containers recreate), or an administrator can allow it with bulkhead.existingContainers: "warn"',
  },
  perImageList: 'an administrator can allow it in bulkhead.perImageCommandLists[{0}]',
  noSetting: 'no setting allows it',
  refusal: '{0} is blocked: {1}; {2}',
  aside: ' ({0})',
};
