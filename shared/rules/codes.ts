/**
 * A decision as data: the gateway enforces it, the simulator explains it, the plan previews it. Words are
 * rendered from the codes by `refusalText` (for Docker clients) or by the app, in the languages of
 * `shared/messages`.
 */

export const ruleCodes = [
  'runtime-forced',
  'userns-ignored',
  'privileged-by-runtime',
  'host-namespace',
  'foreign-namespace',
  'unmodelled-value',
  'unmodelled-field',
  'unreadable-body',
  'host-device',
  'security-option',
  'cgroup-parent',
  'annotation',
  'log-driver',
  'environment-switch',
  'volume-plugin',
  'network-plugin',
  'host-addresses',
  'bind-engine-directory',
  'bind-not-shared',
  'bind-unresolvable',
  'bind-propagation',
  'socket-mount',
  'volume-options',
  'volume-unknown',
  'container-unprotected',
  'command-blocked',
  'socket-holder',
  'not-own',
  'owner-label',
  'environment-hidden',
  'container-name',
  'copy-mounts',
  'share-missing',
  'special-user-file',
  'host-network-build',
  'build-entitlement',
  'build-source',
  'build-identity',
  'build-unguarded',
  'grpc-method',
  'docker-load',
  'swarm',
  'plugin',
  'checkpoint',
  'debug',
  'removed-endpoint',
  'unknown-endpoint',
  'form-body',
  'request-limit',
  'connection-limit',
  'pinned-reference',
  'cleaned-path',
  'own-socket',
  'parameter-dropped',
] as const;

export type RuleCode = (typeof ruleCodes)[number];

/** JSON pointer of the setting that would allow what was refused; null when none does. */
export type SettingPointer =
  | '/enhancedContainerIsolation/dockerSocketMount/imageList'
  | '/filesharingAllowedDirectories'
  | '/blockDockerLoad'
  | '/bulkhead/existingContainers'
  | '/enhancedContainerIsolation/dockerSocketMount/commandList'
  | `/bulkhead/perImageCommandLists/${number}`
  | '/bulkhead/socketMounts/scope'
  | '/bulkhead/hideEnvironment'
  | null;
