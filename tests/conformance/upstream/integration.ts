import type { KnownDifference } from './differences.ts';

/**
 * The packages of moby's `integration` tests that are compared. Never: those of the daemon, of plugins and of
 * Swarm. Tests that start engines of their own are left out: all of `networking`. The program of `build`, as
 * compiled with Debian's sources of BuildKit, ends at its start: it has two packages that register the same
 * messages.
 */
export const packages: readonly string[] = ['container', 'image', 'network', 'session', 'system', 'volume'];

/** As many pass on a bare engine, or what they need is missing: it is seen where both fail. */
export const atLeast = 300;

/** What passes on a bare engine alone. Names begin with that of the package. */
export const known: readonly KnownDifference[] = [
  {
    why: "No container gets a namespace of the engine's: those of the host are refused.",
    spec: 'A7',
    shows: /enhanced container isolation: .*host is blocked/,
    tests: [
      'container/TestAPIIpcModeHost',
      'container/TestLinksEtcHostsContentMatch',
      'container/TestNetworkAliasesAreEmpty/host',
      'container/TestUpdatePidsLimit',
    ],
  },
  {
    why: 'Only directories that are shared with containers can be mounted, and none of the engine.',
    spec: 'A8',
    shows: /enhanced container isolation: bind mount of .* is blocked/,
    tests: ['container/TestMountDaemonRoot', 'container/TestContainerBindMountReadOnlyDefault'],
  },
  {
    why: 'Mounts made in a container do not appear on the machine.',
    spec: 'A8',
    shows: /enhanced container isolation: the mount of .* with propagation shared is blocked/,
    tests: ['container/TestContainerVolumesMountedAsShared'],
  },
  {
    why:
      'The range of group ids that may ping ends where those of the container end: it has 65,536, not ' +
      '2147483647.',
    spec: 'A3',
    shows: /2147483647 \(string\) != 0\t65535/,
    tests: ['container/TestUnprivilegedPortsAndPing'],
  },
];
