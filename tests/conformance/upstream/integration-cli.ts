import type { KnownDifference } from './differences.ts';

/**
 * The suites of moby's integration-cli that are compared. Not yet: those of builds, runs, the API, networks
 * and registries, whose differences have no reasons. Never: those of the daemon, of plugins and of Swarm, and
 * those of Docker Hub.
 */
export const suites: readonly string[] = [
  'TestDockerCLIAttachSuite',
  'TestDockerCLICommitSuite',
  'TestDockerCLICpSuite',
  'TestDockerCLICreateSuite',
  'TestDockerCLIEventSuite',
  'TestDockerCLIExecSuite',
  'TestDockerCLIHealthSuite',
  'TestDockerCLIHistorySuite',
  'TestDockerCLIImagesSuite',
  'TestDockerCLIImportSuite',
  'TestDockerCLIInfoSuite',
  'TestDockerCLIInspectSuite',
  'TestDockerCLILinksSuite',
  'TestDockerCLILogsSuite',
  'TestDockerCLINetmodeSuite',
  'TestDockerCLINetworkSuite',
  'TestDockerCLIPortSuite',
  'TestDockerCLIPruneSuite',
  'TestDockerCLIPsSuite',
  'TestDockerCLIRestartSuite',
  'TestDockerCLIRmiSuite',
  'TestDockerCLISaveLoadSuite',
  'TestDockerCLIStartSuite',
  'TestDockerCLIStatsSuite',
  'TestDockerCLITopSuite',
  'TestDockerCLIUpdateSuite',
  'TestDockerCLIVolumeSuite',
];

/** As many pass on a bare engine, or what they need is missing: it is seen where both fail. */
export const atLeast = 350;

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

const inSuite = (suite: string, ...tests: readonly string[]) => tests.map((test) => `${suite}/${test}`);

/** What passes on a bare engine alone. */
export const known: readonly KnownDifference[] = [
  {
    why: "No container gets a namespace of the engine's: --network=host is refused.",
    spec: 'A7',
    shows: /enhanced container isolation: --network=host is blocked|Port mapping on the new network/,
    tests: [
      ...inSuite('TestDockerCLINetmodeSuite', 'TestNetHostnameWithNetHost'),
      ...inSuite('TestDockerCLILinksSuite', 'TestLinksEtcHostsRegularFile', 'TestLinksNetworkHostContainer'),
      // They reach published ports from there.
      ...inSuite(
        'TestDockerCLIPortSuite',
        'TestPortBindingOnSandbox',
        'TestPortExposeHostBinding',
        'TestPortHostBinding',
      ),
    ],
  },
  {
    why: 'Nobody in a container makes devices of the machine, docker exec --privileged included.',
    spec: 'A5',
    shows: /mknod: \/tmp\/sdb: Operation not permitted/,
    tests: inSuite('TestDockerCLIExecSuite', 'TestExecWithPrivileged'),
  },
  {
    why: 'Only directories that are shared with containers can be mounted: /data and /tmp/data are not.',
    spec: 'A8',
    shows: /enhanced container isolation: bind mount of .* is blocked/,
    tests: [
      ...inSuite('TestDockerCLIInspectSuite', 'TestInspectBindMountPoint'),
      ...inSuite(
        'TestDockerCLIVolumeSuite',
        'TestDuplicateMountpointsForVolumesFromAndBind',
        'TestDuplicateMountpointsForVolumesFromAndMounts',
      ),
    ],
  },
  {
    why: "No directory that holds an engine's data or socket can be mounted: /tmp does, in these tests.",
    spec: 'B1',
    shows: /enhanced container isolation: bind mount of \/tmp is blocked: .* data or sockets/,
    tests: inSuite('TestDockerCLIPsSuite', 'TestPsShowMounts'),
  },
  {
    why: "Containers run with the isolating runtime, not the engine's runc, and docker info says so.",
    spec: 'A1',
    shows: /Default Runtime: runc/,
    tests: inSuite('TestDockerCLIInfoSuite', 'TestInfoEnsureSucceeds'),
  },
];
