import type { KnownDifference } from './differences.ts';

/**
 * The suites of moby's integration-cli that are compared. Not yet: those of builds, runs and the API, which
 * are most of its tests, and events, inspect, links, networks, plugins, ps, registries, rmi, save, updates
 * and volumes: their differences have no reasons. Never: those of the daemon and of Swarm, whose tests start
 * engines of their own, and those of Docker Hub.
 */
export const suites: readonly string[] = [
  'TestDockerCLIAttachSuite',
  'TestDockerCLICommitSuite',
  'TestDockerCLICpSuite',
  'TestDockerCLICreateSuite',
  'TestDockerCLIExecSuite',
  'TestDockerCLIHistorySuite',
  'TestDockerCLIImagesSuite',
  'TestDockerCLIImportSuite',
  'TestDockerCLILogsSuite',
  'TestDockerCLINetmodeSuite',
  'TestDockerCLIRestartSuite',
  'TestDockerCLIStartSuite',
  'TestDockerCLITopSuite',
];

/** As many pass on a bare engine, or what they need is missing: it is seen where both fail. */
export const atLeast = 165;

/** What is not run, and why. */
export const leftOut: readonly { readonly why: string; readonly tests: readonly string[] }[] = [
  {
    why: 'They start engines of their own, which are not isolated.',
    tests: [
      'TestDockerCLILogsSuite/TestLogsFollowGoroutinesNoOutput',
      'TestDockerCLILogsSuite/TestLogsFollowGoroutinesWithStdout',
      'TestDockerCLIPluginsSuite/TestPluginMetricsCollector',
      'TestDockerCLIRunSuite/TestRunAttachFailedNoLeak',
      'TestDockerNetworkSuite/TestDockerNetworkConnectDisconnectToStoppedContainer',
      'TestDockerNetworkSuite/TestDockerNetworkDriverUngracefulRestart',
      'TestDockerNetworkSuite/TestDockerNetworkHostModeUngracefulDaemonRestart',
      'TestDockerNetworkSuite/TestDockerNetworkMultipleNetworksGracefulDaemonRestart',
      'TestDockerNetworkSuite/TestDockerNetworkMultipleNetworksUngracefulDaemonRestart',
      'TestDockerRegistryAuthHtpasswdSuite/TestLogoutWithExternalAuth',
      'TestDockerRegistrySuite/TestUserAgentPassThrough',
      'TestDockerRegistrySuite/TestV2Only',
    ],
  },
  {
    why: 'They write to /etc/resolv.conf of the machine.',
    tests: [
      'TestDockerCLIRunSuite/TestRunDNSDefaultOptions',
      'TestDockerCLIRunSuite/TestRunDNSOptionsBasedOnHostResolvConf',
      'TestDockerCLIRunSuite/TestRunResolvconfUpdate',
    ],
  },
];

/** What passes on a bare engine alone. */
export const known: readonly KnownDifference[] = [
  {
    why: "No container gets a namespace of the engine's: --network=host is refused.",
    spec: 'A7',
    shows: /enhanced container isolation: --network=host is blocked/,
    tests: ['TestDockerCLINetmodeSuite/TestNetHostnameWithNetHost'],
  },
  {
    why: 'Nobody in a container makes devices of the machine, docker exec --privileged included.',
    spec: 'A5',
    shows: /mknod: \/tmp\/sdb: Operation not permitted/,
    tests: ['TestDockerCLIExecSuite/TestExecWithPrivileged'],
  },
];
