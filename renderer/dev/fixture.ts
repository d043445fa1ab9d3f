import { desktopCapabilities } from '../../engine/targets/docker-desktop/capabilities.ts';
import { embeddedCapabilities } from '../../engine/targets/embedded/capabilities.ts';
import { machineCapabilities } from '../../engine/targets/machine/capabilities.ts';
import type { TargetCapabilities } from '../../shared/targets/capabilities.ts';
import type { TargetKind } from '../../shared/engine-status/kinds.ts';
import type { AppState, SettingsState } from '../../shared/ipc/contract.ts';
import { activitySummary } from './activity-fixture.ts';
import type { Container } from '../../shared/containers/protection.ts';
import type {
  RecreateItem,
  RecreatePlan,
  RecreateRequest,
  RecreateRun,
} from '../../shared/containers/recreate.ts';
import type { ApplyPlan } from '../../shared/apply/plan.ts';
import type { ApplyRun } from '../../shared/apply/run.ts';
import { message, referenceTo, type Message } from '../../shared/messages/message.ts';
import type { DesktopFacts, DiscoveredTarget } from '../../shared/targets/target.ts';

/**
 * States of the app for component tests and screenshots. Invented data; never part of the product's bundle.
 */

export const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();

const agentImage =
  'registry.example/ci/agent@sha256:8c1e5b7d1f6a4c0e9b2d3f4a5c6b7d8e9f0a1b2c3d4e5f60718293a4b5c603bd';
export const appliedText = `{
  "configurationFileVersion": 2,
  "enhancedContainerIsolation": {
    "locked": true,
    "value": true,
    "dockerSocketMount": {
      "imageList": {
        "images": ["docker.io/testcontainers/ryuk:*", "docker:cli", "${agentImage}"],
        "allowDerivedImages": true
      },
      "commandList": { "type": "deny", "commands": ["push", "image*"] }
    }
  },
  "filesharingAllowedDirectories": [
    { "path": "$HOME", "sharedByDefault": true },
    { "path": "$TMP", "sharedByDefault": false },
    { "path": "/srv/projects", "sharedByDefault": true }
  ],
  "proxy": { "mode": "system" }
}
`;
export const offText =
  '{\n  "configurationFileVersion": 2,\n  "enhancedContainerIsolation": {\n' +
  '    "locked": false,\n    "value": false\n  }\n}\n';

export function settingsState(applied: string, more: Partial<SettingsState> = {}): SettingsState {
  return {
    path: '/var/lib/bulkhead/admin-settings.json',
    applied,
    appliedHash: `hash-of-${applied.length}`,
    appliedVersion: 11,
    appliedBy: { user: 'sam', at: minutesAgo(130) },
    exists: applied !== '',
    draft: applied,
    base: applied,
    conflict: false,
    readError: null,
    readOnly: null,
    preference: null,
    ...more,
  };
}

export function container(name: string, more: Partial<Container> = {}): Container {
  const isProtected = more.protected ?? true;
  return {
    id: (
      [...name].map((c) => c.charCodeAt(0).toString(16)).join('') +
      '0f1e2d3c4b5a69788796a5b4c3d2e1f0f1e2d3c4b5a6978'
    )
      .slice(0, 64)
      .padEnd(64, '0'),
    name,
    image: `example/${name}:1`,
    state: 'running',
    status: 'Up 2 hours',
    createdAt: minutesAgo(130),
    runtime: isProtected ? 'bulkhead' : 'runc',
    protected: isProtected,
    reason: isProtected ? 'own-range' : 'before-eci',
    range: isProtected ? { first: 1_000_000_000, last: 1_000_065_535 } : null,
    privileged: false,
    restartPolicy: 'no',
    volumes: [],
    obstacles: [],
    labels: {},
    ...more,
  };
}

export const someContainers: Container[] = [
  container('old-vpn', {
    image: 'example/openvpn:2.4',
    protected: false,
    status: 'Up 41 days',
    createdAt: minutesAgo(41 * 1440),
    volumes: [{ name: 'vpn-data', anonymous: false, destination: '/etc/openvpn' }],
    restartPolicy: 'unless-stopped',
  }),
  container('node-metrics', {
    image: 'example/node-exporter:v1.8.1',
    protected: false,
    status: 'Up 41 days',
    createdAt: minutesAgo(41 * 1440),
    obstacles: ['pid=host'],
  }),
  container('db-archive', {
    image: 'postgres:13',
    protected: false,
    state: 'exited',
    status: 'Exited (0) 3 months ago',
    createdAt: minutesAgo(100 * 1440),
    volumes: [
      { name: 'db-archive-data', anonymous: false, destination: '/var/lib/postgresql/data' },
      { name: '3f9c1d', anonymous: true, destination: '/backup' },
    ],
  }),
  container('debug-shell', { image: 'alpine:3.20', protected: false, reason: 'past-gateway' }),
  ...['web-1', 'api-1', 'db-1'].map((name, index) =>
    container(name, {
      range: { first: 1_000_065_536 + index * 65_536, last: 1_000_131_071 + index * 65_536 },
    }),
  ),
  container('builder', { image: 'docker:27-dind', privileged: true }),
  container('cache', {
    state: 'exited',
    status: 'Exited (0) 5 minutes ago',
    reason: 'own-range-stopped',
    range: null,
  }),
];

export const verification: AppState['verification'] = {
  at: minutesAgo(3),
  durationMs: 6200,
  eci: true,
  claims: [
    { id: 'A2-user-namespace', verdict: 'pass', evidence: 'uid_map "0 1000000000 65536"' },
    {
      id: 'A3-exclusive-range',
      verdict: 'pass',
      evidence: '1000000000-1000065535 and 1000065536-1000131071',
    },
    {
      id: 'A4-privileged-works',
      verdict: 'pass',
      evidence: '58 of 59 allowed; 1 not in this kernel',
      items: [
        { title: 'mount an overlay', seen: 'allowed', good: true },
        { title: 'add a dummy interface', seen: 'not in this kernel (EOPNOTSUPP)', good: true },
      ],
    },
    {
      id: 'A5-privileged-confined',
      verdict: 'pass',
      evidence: '54 of 66 refused; 12 not in this kernel',
      items: [
        { title: 'set the clock', seen: 'refused (EPERM)', good: true },
        { title: 'write kernel.core_pattern', seen: 'refused (EACCES)', good: true },
        { title: 'load a kernel module', seen: 'not in this kernel (ENOSYS)', good: true },
      ],
    },
    { id: 'A6-runtime-override', verdict: 'pass', evidence: 'asked for "runc", got "bulkhead"' },
    {
      id: 'A7-userns-host-ignored',
      verdict: 'pass',
      evidence: 'asked for userns=host, got "" with uid_map "0 1000131072 65536"',
    },
    {
      id: 'A7-host-namespaces-refused',
      verdict: 'pass',
      evidence:
        '5 of 5 refused by Enhanced Container Isolation (403): pid=host, network=host, ipc=host, ' +
        'uts=host, cgroupns=host',
    },
    {
      id: 'A7-namespace-sharing',
      verdict: 'pass',
      evidence:
        'joined a protected one: net:[4026532789] in user:[4026532784], as it; asked for an unprotected ' +
        'one: 403 enhanced container isolation: --network=container:old is blocked: a namespace may be ' +
        'shared with a protected container only (old is not protected) (A7); no setting allows it',
    },
    {
      id: 'A8-engine-directories-refused',
      verdict: 'pass',
      evidence:
        "5 of 5 refused by Enhanced Container Isolation (403): bind of the engine's directory, mount of " +
        "the engine's data, read-only bind of /, bind through /proc, bind of /etc",
    },
    {
      id: 'A8-shared-directory-usable',
      verdict: 'pass',
      evidence:
        "inside: root wrote (ok) as 0:0, could write the user's file (ok) of 0:0; outside: it belongs to " +
        '1000:1000, the user is 1000',
    },
    {
      id: 'A9-read-only-locked',
      verdict: 'pass',
      evidence: 'as it is: EROFS, remount: EPERM, bind elsewhere, remount: EPERM',
    },
    {
      id: 'A10-proc-hidden',
      verdict: 'pass',
      evidence: 'read /proc/kcore: EACCES, write /proc/sysrq-trigger: EROFS',
    },
    {
      id: 'A10-proc-emulated',
      verdict: 'limited',
      evidence:
        '/proc/uptime says 12710 s, the machine is up 12711 s; /proc/uptime, /proc/meminfo and others ' +
        "show the machine's values, since lxcfs does not run (Debian package lxcfs). It is information, " +
        'not protection',
    },
    {
      id: 'A11-through-socket',
      verdict: 'pass',
      evidence:
        'a socket for the probe: 403 enhanced container isolation: mounting the Docker socket ' +
        '(/var/lib/bulkhead/docker.sock) into a container of image bulkhead/probe:067b72f10506 is ' +
        'blocked: the Docker socket may be mounted by allowed images only (no entry of the image list ' +
        'names it) (B1); an administrator can allow it with an entry of ' +
        'enhancedContainerIsolation.dockerSocketMount.imageList that covers the image',
    },
    {
      id: 'B1-socket-refused',
      verdict: 'pass',
      evidence:
        "3 of 3 refused by Enhanced Container Isolation (403): bind of the engine's own socket, bind of " +
        'the client socket, mount of the client socket',
    },
    { id: 'C-build-legacy', verdict: 'pass', evidence: 'in RUN: uid_map "0 1000196608 65536"' },
    { id: 'C-build-buildkit', verdict: 'pass', evidence: 'in RUN: uid_map "0 1000262144 65536"' },
  ],
};

export const requirementsMet: AppState['backends'] = [
  {
    id: 'exclusive',
    available: true,
    requirements: [
      { code: 'root', met: true, found: 'uid 0' },
      { code: 'kernel', met: true, found: '6.18.0' },
      { code: 'idmapped-mounts', met: true, found: 'ext4' },
      { code: 'runc', met: true, found: '1.1.15' },
      { code: 'storage-driver', met: true, found: 'overlay2' },
    ],
  },
  {
    id: 'sysbox',
    available: false,
    requirements: [
      {
        code: 'sysbox-installed',
        met: false,
        found: 'no sysbox-runc on the path',
        fix: 'Install Sysbox 0.6 or newer.',
      },
    ],
  },
];

/** What each kind of engine declares. */
export const targetCapabilities: Readonly<Record<TargetKind, TargetCapabilities>> = {
  embedded: embeddedCapabilities,
  'docker-engine': machineCapabilities,
  'docker-desktop': desktopCapabilities,
};

export function appState(more: Partial<AppState> = {}): AppState {
  return {
    appVersion: '0.1.0',
    platform: 'linux',
    home: '/home/sam',
    tmp: '/tmp',
    isRoot: true,
    target: {
      id: 'embedded:/var/lib/bulkhead',
      kind: 'embedded',
      capabilities: targetCapabilities.embedded,
      desktop: null,
    },
    engine: {
      kind: 'embedded',
      phase: 'ready',
      name: 'workbench',
      root: '/var/lib/bulkhead',
      socket: '/var/lib/bulkhead/docker.sock',
      settingsPath: '/var/lib/bulkhead/admin-settings.json',
      daemonJsonPath: '/var/lib/bulkhead/daemon.json',
      supervisorPid: 4711,
      dockerdPid: 4712,
      generation: 3,
      startedAt: minutesAgo(75),
      version: '26.1.5',
      apiVersion: '1.45',
      kernel: '6.18.0',
      os: 'Debian GNU/Linux 13 (trixie)',
      storageDriver: 'overlay2',
      defaultRuntime: 'bulkhead',
      counts: { containers: 9, running: 7, images: 12 },
      gatewayUp: true,
      plannerUp: true,
      problem: null,
    },
    backends: requirementsMet,
    settings: settingsState(appliedText),
    historyRevision: 0,
    verification,
    scan: { at: minutesAgo(0.6), durationMs: 90, eci: true, containers: someContainers },
    scanError: null,
    run: null,
    recreation: null,
    removal: null,
    appeared: null,
    activity: activitySummary(),
    preferences: {
      theme: 'system',
      language: 'system',
      notifyDenied: true,
      notifyUnprotected: true,
      notifyProtection: true,
      closeToTray: false,
    },
    preferencesError: null,
    desktop: { tray: true, notifications: true, canStartAtLogin: true, startsAtLogin: false },
    firstRun: 'dismissed',
    busy: { scanning: false, verifying: false, engine: null, beginning: false },
    ...more,
  };
}

/** What the switcher finds on the invented machine. */
export const targets: DiscoveredTarget[] = [
  {
    id: 'embedded:/var/lib/bulkhead',
    ref: { kind: 'embedded', root: '/var/lib/bulkhead' },
    name: 'workbench',
    place: '/var/lib/bulkhead',
    phase: 'ready',
    version: '26.1.5',
  },
  {
    id: 'docker-engine:/var/run/docker.sock',
    ref: { kind: 'docker-engine', socket: '/var/run/docker.sock' },
    name: 'workbench',
    place: '/var/run/docker.sock',
    phase: 'ready',
    version: '27.3.1',
  },
  {
    id: 'docker-desktop',
    ref: { kind: 'docker-desktop' },
    name: 'Docker Desktop',
    place: '/usr/share/docker-desktop/admin-settings.json',
    phase: 'stopped',
    version: '4.41.2',
  },
  {
    id: 'embedded:/srv/engines/a-rather-long-name-for-an-engine-of-the-build-farm',
    ref: { kind: 'embedded', root: '/srv/engines/a-rather-long-name-for-an-engine-of-the-build-farm' },
    name: 'workbench',
    place: '/srv/engines/a-rather-long-name-for-an-engine-of-the-build-farm',
    phase: 'stopped',
    version: null,
  },
];

const offContainers = someContainers.map((c): Container => ({
  ...c,
  protected: false,
  reason: 'eci-off',
  runtime: 'runc',
  range: null,
}));

export const plan: ApplyPlan = {
  fromVersion: 11,
  toVersion: 12,
  baseHash: 'base',
  draftHash: 'draft',
  changes: [
    {
      pointer: '/enhancedContainerIsolation/value',
      kind: 'changed',
      before: false,
      after: true,
      page: 'isolation',
      needs: 'engine-restart',
    },
  ],
  findings: [],
  blocked: false,
  blockers: [],
  missingRequirements: [],
  restartNeeded: true,
  eciBefore: false,
  eciAfter: true,
  daemonJson: [{ pointer: '/default-runtime', kind: 'set', after: 'bulkhead' }],
  effects: [
    { kind: 'restart', when: 'while-applying', code: 'engine-restarts', params: { seconds: 6 } },
    {
      kind: 'stops',
      when: 'while-applying',
      code: 'containers-stop',
      params: { count: 2, names: ['web-1', 'api-1'] },
    },
    {
      kind: 'removed',
      when: 'while-applying',
      code: 'containers-removed',
      params: { count: 1, names: ['db-archive'] },
    },
    {
      kind: 'stays-in-view',
      when: 'afterwards',
      code: 'store-unchanged',
      params: { images: 12, containers: 9 },
    },
    {
      kind: 'unprotected',
      when: 'afterwards',
      code: 'containers-kept-unprotected',
      params: { count: 2, names: ['old-vpn', 'node-metrics'] },
    },
  ],
  unprotected: offContainers,
  remove: [],
  recreate: [],
  estimatedSeconds: 20,
};

/** A plan of recreating what is given: something of every kind, by what the containers are. */
export function recreatePlan(containers: readonly Container[], request: RecreateRequest): RecreatePlan {
  const items = containers.map((c): RecreateItem => {
    const running = c.state === 'running';
    const commit = request.commit.includes(c.id);
    return {
      id: c.id,
      name: c.name,
      image: c.image,
      running,
      unchanged: c.protected,
      commit,
      written: { bytes: 12_345_678, paths: 31 },
      blockers: c.obstacles.includes('pid=host')
        ? [{ code: 'host-namespace', params: { option: '--pid=host' } }]
        : [],
      changes: [
        { code: 'runtime', params: { before: c.runtime, after: 'bulkhead' } },
        ...c.volumes
          .filter((v) => v.anonymous)
          .map((v) => ({
            code: 'anonymous-volume' as const,
            params: { name: v.name, destination: v.destination },
          })),
        ...(request.old !== 'remove-when-healthy' || (running && commit)
          ? []
          : [{ code: running ? ('kept-written' as const) : ('never-run' as const), params: {} }]),
      ],
      lost: [
        ...(running ? [{ code: 'memory' as const, params: {} }] : []),
        ...(commit ? [] : [{ code: 'writable-layer' as const, params: { bytes: 12_345_678, paths: 31 } }]),
        ...(running && commit ? [{ code: 'logs' as const, params: {} }] : []),
      ],
    };
  });
  return { groups: items.map((item) => [item]), blocked: items.some((item) => item.blockers.length > 0) };
}

const recreation = (more: Partial<RecreateRun> = {}): RecreateRun => ({
  activity: 'recreating',
  cancellable: true,
  members: [
    { id: 'a', name: 'old-vpn', step: 'wait', outcome: null },
    { id: 'b', name: 'db-archive', step: null, outcome: null },
  ],
  ...more,
});

/** What a step left behind. */
export const caption = (sentence: Message) => ({ detail: sentence.text, sentence: referenceTo(sentence) });

export function run(more: Partial<ApplyRun> = {}): ApplyRun {
  return {
    id: 'r1',
    fromVersion: 11,
    toVersion: 12,
    startedAt: minutesAgo(0.2),
    endedAt: null,
    activity: 'applying',
    cancellable: true,
    estimatedSeconds: 20,
    outcome: null,
    steps: [
      {
        step: 'back-up',
        state: 'done',
        startedAt: minutesAgo(0.2),
        durationMs: 60,
        ...caption(message('apply.detail-version', { version: 11 })),
      },
      {
        step: 'write-settings',
        state: 'done',
        startedAt: minutesAgo(0.19),
        durationMs: 12,
        ...caption(message('apply.detail-version', { version: 12 })),
      },
      {
        step: 'reconfigure',
        state: 'done',
        startedAt: minutesAgo(0.18),
        durationMs: 20,
        ...caption(message('apply.detail-keys-set', { count: 1 })),
      },
      {
        step: 'restart-engine',
        state: 'running',
        startedAt: minutesAgo(0.1),
        durationMs: null,
        detail: null,
      },
      { step: 'health-check', state: 'waiting', startedAt: null, durationMs: null, detail: null },
      { step: 'verify', state: 'waiting', startedAt: null, durationMs: null, detail: null },
      { step: 'clean-up', state: 'waiting', startedAt: null, durationMs: null, detail: null },
    ],
    ...more,
  };
}

const unlockedText = appliedText.replace('"locked": true', '"locked": false');
const brokenDraft = appliedText.replace('"allowDerivedImages": true', '"allowDerivedImages": true,');
const editedDraft = appliedText
  .replace('"docker:cli", ', '"docker:cli", "example.org/deploy:2", ')
  .replace('"sharedByDefault": false', '"sharedByDefault": true');
const socketText = appliedText.replace(
  '},\n  "filesharing',
  '},\n  "bulkhead": { "perImageCommandLists": [' +
    '{ "image": "docker:cli", "type": "allow", "commands": ["ps", "logs", "inspect"] }' +
    '] },\n  "filesharing',
);
/**
 * Every mark the Docker socket page knows: added, edited and removed images, marks and unmarks, entries that
 * name nothing.
 */
const socketDraft = socketText
  .replace(
    '"docker.io/testcontainers/ryuk:*", "docker:cli", ',
    '"docker:cli", "*", "Example.org/Deploy:2", "example.org/tools/*:*", "example.org/deploy:2", ' +
      '"example.org/gone:1", "docker", ',
  )
  .replace('"push", "image*"', '"push", "pull", "tag", "build*", "compose", "pussh"')
  .replace('"allowDerivedImages": true', '"allowDerivedImages": false');
const sharedDraft = appliedText.replace(
  '{ "path": "/srv/projects", "sharedByDefault": true }',
  '{ "path": "/srv/projects", "sharedByDefault": true },\n    ' +
    '{ "path": "/etc", "sharedByDefault": false },\n    ' +
    '{ "path": "/var/run", "sharedByDefault": false }',
);
const listText = (list: string): string =>
  appliedText.replace(/"filesharingAllowedDirectories": \[[^\]]*\],\n {2}/, list);
const off = (more: Partial<SettingsState> = {}): Partial<AppState> => ({
  settings: settingsState(offText, more),
  verification: null,
  engine: { ...appState().engine, defaultRuntime: 'runc' },
  scan: { at: minutesAgo(0.6), durationMs: 90, eci: false, containers: offContainers },
});

const desktopText = appliedText.replace(
  '"proxy": { "mode": "system" }',
  '"disableUpdate": { "locked": false, "value": true },\n  "proxy": { "mode": "system" }',
);
const desktopSettings = (text: string, more: Partial<SettingsState> = {}): SettingsState =>
  settingsState(text, {
    path: '/Library/Application Support/com.docker.docker/admin-settings.json',
    ...more,
  });
const desktopEngine: AppState['engine'] = {
  ...appState().engine,
  kind: 'docker-desktop',
  name: 'Docker Desktop',
  root: null,
  socket: '/Users/sam/.docker/run/docker.sock',
  settingsPath: '/Library/Application Support/com.docker.docker/admin-settings.json',
  supervisorPid: null,
  dockerdPid: null,
  startedAt: null,
  version: '28.1.1',
  kernel: '6.10.14-linuxkit',
  os: 'Docker Desktop',
  defaultRuntime: 'sysbox-runc',
  gatewayUp: false,
  plannerUp: false,
};
/** Docker Desktop on an invented Mac, ECI on and shown by the probes that run there. */
const onDesktop = (more: Partial<AppState> = {}, facts: Partial<DesktopFacts> = {}): AppState =>
  appState({
    platform: facts.platform ?? 'darwin',
    home: '/Users/sam',
    isRoot: false,
    backends: [],
    engine: desktopEngine,
    settings: desktopSettings(desktopText),
    target: {
      id: 'docker-desktop',
      kind: 'docker-desktop',
      capabilities: targetCapabilities['docker-desktop'],
      desktop: {
        platform: 'darwin',
        version: '4.41.2',
        virtualMachine: 'vm',
        virtualMachineFrom: 'platform',
        program: '/Applications/Docker.app/Contents/MacOS/Docker',
        restartBy: 'docker-desktop-cli',
        userSettings: { DisableUpdate: false, AutoStart: true },
        olderSettings: null,
        interrupted: false,
        ...facts,
      },
    },
    verification:
      verification === null
        ? null
        : {
            ...verification,
            claims: verification.claims.map((c) =>
              /^(A2|A3|A6|A7-u|A7-host|B1)/.test(c.id)
                ? c
                : {
                    id: c.id,
                    verdict: 'not-offered',
                    evidence:
                      'not tried here: Docker Desktop does this itself, as Docker documents for its version',
                  },
            ),
          },
    ...more,
  });

/** Named states for `?state=…` of the harness. */
export const states: Record<string, () => AppState> = {
  // Docker Desktop as a target, and the machine's own engine.
  desktop: () => onDesktop(),
  desktopOff: () =>
    onDesktop(
      {
        ...off(),
        engine: {
          ...desktopEngine,
          defaultRuntime: 'runc',
          socket: String.raw`\\.\pipe\dockerDesktopLinuxEngine`,
        },
        settings: desktopSettings(''),
        verification: null,
      },
      {
        version: '4.29.0',
        virtualMachine: 'wsl2',
        virtualMachineFrom: 'user-settings',
        platform: 'win32',
        restartBy: 'system',
        userSettings: null,
      },
    ),
  desktopInterrupted: () =>
    onDesktop(
      {},
      {
        platform: 'linux',
        interrupted: true,
        olderSettings: '/usr/share/docker-desktop/admin-settings/admin-settings.json',
      },
    ),
  desktopEdited: () =>
    onDesktop({
      settings: desktopSettings(desktopText, {
        draft: desktopText.replace(
          '"locked": true,\n    "value": true',
          '"locked": false,\n    "value": true',
        ),
      }),
    }),
  desktopStopped: () =>
    onDesktop({
      engine: {
        ...desktopEngine,
        phase: 'failed',
        version: null,
        kernel: null,
        counts: null,
        problem: {
          message:
            'initializing backend: invalid admin configuration: reading admin settings file: parsing ' +
            'JSON: EOF',
          logTail: [],
        },
      },
      scan: null,
      verification: null,
    }),
  machine: () =>
    appState({
      ...off(),
      target: {
        id: 'docker-engine:/var/run/docker.sock',
        kind: 'docker-engine',
        capabilities: targetCapabilities['docker-engine'],
        desktop: null,
      },
      backends: [],
      settings: settingsState('', {
        path: '/etc/bulkhead/admin-settings.json',
        readOnly: 'nothing on this engine enforces the file',
      }),
      engine: {
        ...appState().engine,
        kind: 'docker-engine',
        root: null,
        socket: '/var/run/docker.sock',
        settingsPath: '/etc/bulkhead/admin-settings.json',
        version: '27.3.1',
        defaultRuntime: 'runc',
        gatewayUp: false,
        plannerUp: false,
      },
    }),
  protected: () => appState(),
  clean: () =>
    appState({
      scan: {
        at: minutesAgo(0.6),
        durationMs: 90,
        eci: true,
        containers: someContainers.filter((c) => c.protected),
      },
    }),
  unverified: () => appState({ verification: null }),
  failedProbe: () =>
    appState({
      verification:
        verification === null
          ? null
          : {
              ...verification,
              claims: verification.claims.map((c) =>
                c.id === 'A7-userns-host-ignored'
                  ? { ...c, verdict: 'fail', evidence: 'uid_map "0 0 4294967295"' }
                  : c,
              ),
            },
    }),
  audit: () =>
    appState({
      settings: settingsState(socketText.replace('"bulkhead": { ', '"bulkhead": { "mode": "audit", ')),
      verification:
        verification === null
          ? null
          : {
              ...verification,
              claims: verification.claims.map((c) =>
                c.id === 'A7-host-namespaces-refused' || c.id === 'B1-socket-refused'
                  ? { ...c, verdict: 'not-enforced', evidence: 'audit mode: nothing is refused' }
                  : c,
              ),
            },
    }),
  off: () => appState(off()),
  turningOn: () =>
    appState(
      off({
        draft: offText
          .replace('"value": false', '"value": true')
          .replace('"locked": false', '"locked": true'),
      }),
    ),
  stopped: () =>
    appState({
      engine: {
        ...appState().engine,
        phase: 'stopped',
        version: null,
        kernel: null,
        gatewayUp: false,
        plannerUp: false,
        counts: null,
      },
      scan: null,
    }),
  starting: () =>
    appState({
      engine: {
        ...appState().engine,
        phase: 'starting',
        version: null,
        counts: null,
        gatewayUp: false,
        plannerUp: false,
      },
      scan: null,
      backends: [],
      verification: null,
      busy: { scanning: false, verifying: false, engine: 'starting', beginning: false },
    }),
  scanning: () =>
    appState({
      scan: null,
      backends: [],
      verification: null,
      busy: { scanning: true, verifying: true, engine: null, beginning: false },
    }),
  scanFailed: () =>
    appState({
      scan: null,
      scanError: {
        code: 'engine.unreachable',
        message: 'the containers could not be listed',
        reason: 'connect ECONNREFUSED /var/lib/bulkhead/docker.sock',
      },
    }),
  empty: () => appState({ scan: { at: minutesAgo(0.6), durationMs: 20, eci: true, containers: [] } }),
  failed: () =>
    appState({
      engine: {
        ...appState().engine,
        phase: 'failed',
        gatewayUp: false,
        problem: {
          message: 'dockerd ended with exit code 1',
          logTail: ['failed to start daemon: error initializing graphdriver', 'no space left on device'],
        },
      },
      scan: null,
    }),
  edited: () => appState({ settings: settingsState(appliedText, { draft: editedDraft }) }),
  socketEdited: () => appState({ settings: settingsState(socketText, { draft: socketDraft }) }),
  socketHuge: () =>
    appState({
      settings: settingsState(
        socketText.replace(
          '"docker:cli", ',
          `"docker:cli", ${Array.from(
            { length: 1000 },
            (_, i) => `"example.org/team/tool-${i + 1}:${i % 7}"`,
          ).join(', ')}, `,
        ),
      ),
    }),
  socketEmpty: () =>
    appState({ settings: settingsState(offText.replace('"value": false', '"value": true')) }),
  shares: () => appState({ settings: settingsState(appliedText, { draft: sharedDraft }) }),
  sharesEmpty: () =>
    appState({ settings: settingsState(listText('"filesharingAllowedDirectories": [],\n  ')) }),
  sharesHuge: () =>
    appState({
      settings: settingsState(
        listText(
          `"filesharingAllowedDirectories": [${Array.from(
            { length: 1000 },
            (_, i) =>
              `{ "path": "/srv/projects/team-${i % 40}/project-${i}", ` +
              `"sharedByDefault": ${String(i % 3 === 0)} }`,
          ).join(', ')}],\n  `,
        ),
      ),
    }),
  sharesMissing: () => appState({ settings: settingsState(listText('')) }),
  sharesChanged: () =>
    appState({
      settings: settingsState(appliedText, {
        draft: listText(
          '"filesharingAllowedDirectories": [' +
            '{ "path": "$HOME/code/a-rather-long-directory-name/with-another-one-below-it", ' +
            '"sharedByDefault": true }, { "path": "projects" }, { "path": "/srv/gone" }, ' +
            '{ "path": "/mnt/link-to-etc" }],\n  ',
        ),
      }),
    }),
  broken: () => appState({ settings: settingsState(appliedText, { draft: brokenDraft }) }),
  brokenFile: () => appState({ settings: settingsState(brokenDraft) }),
  unreadable: () =>
    appState({
      settings: settingsState('', {
        exists: true,
        readError: {
          code: 'settings.unreadable',
          message: 'admin-settings.json is a directory.',
          reason: 'EISDIR: illegal operation on a directory, read',
          hint: 'Move the directory away.',
        },
      }),
    }),
  conflict: () =>
    appState({ settings: settingsState(appliedText, { base: offText, draft: editedDraft, conflict: true }) }),
  preferencesError: () =>
    appState({
      preferencesError: {
        code: 'settings.unwritable',
        message: 'what you prefer and draft can\u2019t be remembered',
        reason: 'ENOSPC: no space left on device, write',
        hint: 'Make room on the disk, then try again.',
      },
    }),
  readOnly: () =>
    appState({ settings: settingsState(appliedText, { readOnly: 'the rights of /var/lib/bulkhead' }) }),
  preferred: () =>
    appState({
      settings: settingsState(unlockedText, {
        readOnly: 'the rights of /var/lib/bulkhead',
        preference: {
          by: 'sam',
          eci: false,
          blockDockerLoad: null,
          outcomes: { eci: 'in-force', blockDockerLoad: 'none' },
          problem: null,
          writable: true,
        },
      }),
    }),
  unlocked: () =>
    appState({
      settings: settingsState(unlockedText, {
        readOnly: 'the rights of /var/lib/bulkhead',
        preference: {
          by: null,
          eci: null,
          blockDockerLoad: null,
          outcomes: { eci: 'none', blockDockerLoad: 'none' },
          problem: null,
          writable: true,
        },
      }),
    }),
  preferenceLocked: () =>
    appState({
      settings: settingsState(appliedText, {
        preference: {
          by: 'sam',
          eci: false,
          blockDockerLoad: null,
          outcomes: { eci: 'locked', blockDockerLoad: 'none' },
          problem: null,
          writable: false,
        },
      }),
    }),
  noFile: () => appState({ ...off(), settings: settingsState('') }),
  firstRun: () =>
    appState({ ...off(), settings: settingsState('', { appliedVersion: 0 }), firstRun: 'engine' }),
  firstRunScan: () =>
    appState({ ...off(), settings: settingsState('', { appliedVersion: 0 }), firstRun: 'scan' }),
  firstRunPolicy: () =>
    appState({ ...off(), settings: settingsState('', { appliedVersion: 0 }), firstRun: 'policy' }),
  firstRunLocked: () =>
    appState({
      ...off(),
      settings: settingsState('', { appliedVersion: 0, readOnly: 'the rights of /var/lib/bulkhead' }),
      firstRun: 'policy',
    }),
  firstRunStopped: () =>
    appState({
      ...off(),
      engine: {
        ...appState().engine,
        phase: 'stopped',
        version: null,
        kernel: null,
        gatewayUp: false,
        plannerUp: false,
        counts: null,
      },
      scan: null,
      settings: settingsState('', { appliedVersion: 0 }),
      firstRun: 'engine',
    }),
  firstRunMissing: () =>
    appState({
      ...off(),
      backends: [
        {
          id: 'exclusive',
          available: false,
          requirements: [
            { code: 'kernel', met: false, found: '5.4.0', fix: 'Use Linux 6.3 or newer.' },
            { code: 'runc', met: true, found: '1.1.15' },
          ],
        },
      ],
      settings: settingsState('', { appliedVersion: 0 }),
      firstRun: 'engine',
    }),
  noDesktop: () =>
    appState({ desktop: { tray: false, notifications: false, canStartAtLogin: true, startsAtLogin: false } }),
  missing: () =>
    appState({
      ...off(),
      backends: [
        {
          id: 'exclusive',
          available: false,
          requirements: [
            { code: 'kernel', met: false, found: '5.4.0', fix: 'Use Linux 6.3 or newer.' },
            { code: 'runc', met: true, found: '1.1.15' },
          ],
        },
        ...requirementsMet.slice(1),
      ],
    }),
  applying: () =>
    appState({ ...off({ draft: offText.replace('"value": false', '"value": true') }), run: run() }),
  recreating: () => appState({ recreation: recreation() }),
  appeared: () =>
    appState({
      appeared: {
        ids: someContainers.filter(({ name }) => name === 'debug-shell').map(({ id }) => id),
        since: minutesAgo(0.2),
      },
    }),
  removing: () =>
    appState({
      removal: {
        activity: 'removing',
        total: 200,
        done: 86,
        removed: 85,
        told: [{ id: 'x', name: 'job-12', removed: false, error: 'device or resource busy' }],
        error: null,
        includeRunning: true,
        removeVolumes: false,
      },
    }),
  removed: () =>
    appState({
      removal: {
        activity: 'ended',
        total: 200,
        done: 200,
        removed: 180,
        told: [
          { id: 'x', name: 'job-12', removed: false, error: 'device or resource busy' },
          ...Array.from({ length: 19 }, (_, i) => ({
            id: `n${i}`,
            name: `job-${i + 180}`,
            removed: false,
            error: 'not begun: cancelled',
            notBegun: true as const,
          })),
        ],
        error: null,
        includeRunning: true,
        removeVolumes: false,
      },
    }),
  recreated: () =>
    appState({
      recreation: recreation({
        activity: 'ended',
        cancellable: false,
        members: [
          {
            id: 'a',
            name: 'old-vpn',
            step: 'clean-up',
            outcome: {
              kind: 'recreated',
              id: 'x',
              kept: 'old-vpn-before-eci',
              image: 'bulkhead/recreated:old-vpn-20261110T104207',
              started: true,
            },
          },
          {
            id: 'b',
            name: 'a-container-with-a-rather-long-name-that-somebody-chose-for-it-and-that-does-not-end-soon',
            step: 'create',
            outcome: {
              kind: 'refused',
              error: {
                code: 'containers.recreate-blocked',
                message: 'the new container was not made',
                reason:
                  'enhanced container isolation: bind mount of /etc is blocked: the directory is not ' +
                  'shared with containers (A8); an administrator can allow it by listing the directory ' +
                  'in filesharingAllowedDirectories',
              },
            },
          },
        ],
      }),
    }),
  longNames: () =>
    appState({
      scan: {
        at: minutesAgo(0.1),
        durationMs: 40,
        eci: true,
        containers: [
          container(
            'a-container-with-a-rather-long-name-that-somebody-chose-for-it-and-that-does-not-end-soon',
            {
              protected: false,
              image:
                'registry.example.org:5000/an/image/with/many/parts/and-a-long-name:2026.11.10-build.4711',
              labels: { 标签: '数据库' },
            },
          ),
          container('shop-数据库-1', {
            protected: false,
            image: 'registry.example.org/商店/数据库:最新',
            obstacles: ['pid=host'],
          }),
          container('db-archive', {
            protected: false,
            state: 'exited',
            status: 'Exited (0) 3 days ago',
            volumes: [{ name: '3f9c1d', anonymous: true, destination: '/var/lib/数据' }],
          }),
        ],
      },
    }),
  activityEmpty: () => appState({ activity: activitySummary([], { days: [], since: null }) }),
  activityNoRights: () =>
    appState({
      activity: activitySummary([], {
        days: [],
        since: null,
        state: {
          kind: 'unreadable',
          why: 'rights',
          path: '/var/lib/bulkhead/audit.jsonl',
          message: 'EACCES: permission denied',
        },
      }),
    }),
  activityReading: () =>
    appState({ activity: activitySummary([], { days: [], since: null, state: { kind: 'reading' } }) }),
  activityMany: () => appState({ activity: activitySummary([], { entries: 10_000 }) }),
  many: () =>
    appState({
      scan: {
        at: minutesAgo(0.1),
        durationMs: 400,
        eci: true,
        containers: Array.from({ length: 1000 }, (_, i) =>
          container(`job-${i + 1}`, i % 3 === 0 ? { protected: false } : {}),
        ),
      },
    }),
};
