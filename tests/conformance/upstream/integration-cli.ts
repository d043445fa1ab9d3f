import type { KnownDifference } from './differences.ts';

/**
 * The suites of moby's integration-cli that are compared. Left out are: the API's, whose subtests have other
 * names in each run; those of the daemon, of plugins (with log and volume drivers), of Swarm and of Docker
 * Hub; and those that need a registry for images of schema 1.
 */
export const suites: readonly string[] = [
  'TestDockerCLIAttachSuite',
  'TestDockerCLIBuildSuite',
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
  'TestDockerCLILoginSuite',
  'TestDockerCLILogsSuite',
  'TestDockerCLINetmodeSuite',
  'TestDockerCLINetworkSuite',
  'TestDockerCLIPortSuite',
  'TestDockerCLIPruneSuite',
  'TestDockerCLIPsSuite',
  'TestDockerCLIPushSuite',
  'TestDockerCLIRestartSuite',
  'TestDockerCLIRmiSuite',
  'TestDockerCLIRunSuite',
  'TestDockerCLISaveLoadSuite',
  'TestDockerCLIStartSuite',
  'TestDockerCLIStatsSuite',
  'TestDockerCLITopSuite',
  'TestDockerCLIUpdateSuite',
  'TestDockerCLIVolumeSuite',
  'TestDockerNetworkSuite',
  'TestDockerRegistryAuthHtpasswdSuite',
  'TestDockerRegistryAuthTokenSuite',
  'TestDockerRegistrySuite',
];

/** As many pass on a bare engine, or what they need is missing: it is seen where both fail. */
export const atLeast = 600;

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
    why: "No container gets a namespace of the engine's: --network=host and --pid=host are refused.",
    spec: 'A7',
    shows: /enhanced container isolation: --(?:network|pid)=host is blocked|Port mapping on the new network/,
    tests: [
      ...inSuite(
        'TestDockerCLIRunSuite',
        'TestContainerWithConflictingHostNetworks',
        'TestRunAddHostInHostMode',
        'TestRunDNSInHostMode',
        'TestRunHostnameInHostMode',
        'TestRunModeHostname',
        'TestRunNetHostTwiceSameName',
        'TestRunPIDHostWithChildIsKillable',
        'TestTwoContainersInNetHost',
      ),
      ...inSuite('TestDockerCLINetmodeSuite', 'TestNetHostnameWithNetHost'),
      ...inSuite('TestDockerCLILinksSuite', 'TestLinksEtcHostsRegularFile', 'TestLinksNetworkHostContainer'),
      ...inSuite('TestDockerNetworkSuite', 'TestDockerNetworkDisconnectFromHost'),
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
    why:
      "No container is connected to the engine's network: that is refused before the engine says that the " +
      'container runs already, or that this network has no aliases and fixed addresses.',
    spec: 'A7',
    shows: /ErrConflictHostNetwork|ErrUnsupportedNetworkAnd(?:Alias|IP)/,
    tests: inSuite(
      'TestDockerNetworkSuite',
      'TestDockerNetworkConnectToHostFromOtherNetwork',
      'TestDockerNetworkConnectWithAliasOnDefaultNetworks',
      'TestDockerNetworkUnsupportedRequiredIP',
    ),
  },
  {
    why: 'Nobody in a container makes devices of the machine, docker exec --privileged included.',
    spec: 'A5',
    shows: /mknod: \/tmp\/(?:sd[ab]|node): Operation not permitted/,
    tests: [
      ...inSuite('TestDockerCLIExecSuite', 'TestExecWithPrivileged'),
      ...inSuite(
        'TestDockerCLIRunSuite',
        'TestRunCapDropALLAddMknodCanMknod',
        'TestRunPrivilegedCanMknod',
        'TestRunUnprivilegedCanMknod',
        'TestUserNoEffectiveCapabilitiesMknod',
      ),
    ],
  },
  {
    why:
      "The machine's harmless devices are bound into /dev one by one, and belong to nobody: none can be " +
      'made in a user namespace.',
    spec: 'A5',
    shows: /crw-rw-rw-\s+1 nobody\s+nobody\s+1,\s+3 .* \/dev\/null/,
    tests: inSuite('TestDockerCLIRunSuite', 'TestRunDeviceNumbers'),
  },
  {
    why: "What only the machine's root may write in /sys, nobody in a container may.",
    spec: 'A5',
    shows: /sys should be writable in privileged container/,
    tests: inSuite('TestDockerCLIRunSuite', 'TestRunSysWritableInPrivilegedContainers'),
  },
  {
    why: 'A privileged container may open the devices that it has, not those of the machine.',
    spec: 'A5',
    shows: /\+a \*:\* rwm/,
    tests: inSuite('TestDockerCLIRunSuite', 'TestRunPrivilegedAllowedDevices'),
  },
  {
    why: "Process accounting is the machine's: CAP_SYS_PACCT of a container does not reach it.",
    spec: 'A5',
    shows: /expected No such file or directory, got: acct failed: Operation not permitted/,
    tests: inSuite(
      'TestDockerCLIRunSuite',
      'TestRunSeccompDefaultProfileAcct',
      'TestRunSeccompDefaultProfileNS',
    ),
  },
  {
    why: 'Which devices a container may open follows from those that it has; cgroup rules are refused.',
    spec: 'A5',
    shows: /enhanced container isolation: --device-cgroup-rule .* is blocked/,
    tests: inSuite('TestDockerCLIRunSuite', 'TestRunAddDeviceCgroupRule'),
  },
  {
    why: 'A cgroup parent with ".." is refused; the engine makes one of it that is inside of its own.',
    spec: 'A5',
    shows: /enhanced container isolation: --cgroup-parent [./]*SHOULD_NOT_EXIST is blocked/,
    tests: inSuite('TestDockerCLIRunSuite', 'TestRunInvalidCgroupParent'),
  },
  {
    why:
      'Outside of /dev nothing is told about files of the machine (that /etc is no device), and no link is ' +
      'followed.',
    spec: 'A5',
    shows: /enhanced container isolation: --device \/(?:etc|tmp\/\S+\/zero) is blocked/,
    tests: inSuite('TestDockerCLIRunSuite', 'TestRunDeviceSymlink', 'TestRunWithBadDevice'),
  },
  {
    why: 'Only directories that are shared with containers can be mounted, and not those that tests make.',
    spec: 'A8',
    shows: /enhanced container isolation: bind mount of .* is blocked/,
    tests: [
      ...inSuite('TestDockerCLIInspectSuite', 'TestInspectBindMountPoint'),
      ...inSuite(
        'TestDockerCLIVolumeSuite',
        'TestDuplicateMountpointsForVolumesFromAndBind',
        'TestDuplicateMountpointsForVolumesFromAndMounts',
      ),
      ...inSuite(
        'TestDockerCLIRunSuite',
        'TestRunMountShmMqueueFromHost',
        'TestRunNoDupVolumes',
        'TestRunVolumeWithOneCharacter',
        'TestVolumesFromGetsProperMode',
        'TestVolumesNoCopyData',
      ),
    ],
  },
  {
    why: "No directory that holds an engine's data or socket can be mounted: / does, and /tmp here.",
    spec: 'B1',
    shows: /enhanced container isolation: bind mount of \/(?:tmp)? is blocked: .* data or sockets/,
    tests: [
      ...inSuite('TestDockerCLIPsSuite', 'TestPsShowMounts'),
      ...inSuite('TestDockerCLIRunSuite', 'TestRunAllowBindMountingRoot', 'TestRunDuplicateMount'),
    ],
  },
  {
    why: "Containers run with the isolating runtime, not the engine's runc, and docker info says so.",
    spec: 'A1',
    shows: /Default Runtime: runc/,
    tests: inSuite('TestDockerCLIInfoSuite', 'TestInfoEnsureSucceeds'),
  },
];
