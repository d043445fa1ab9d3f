import { desktopCapabilities } from '../../engine/targets/docker-desktop/capabilities.ts';
import { embeddedCapabilities } from '../../engine/targets/embedded/capabilities.ts';
import { machineCapabilities } from '../../engine/targets/docker-engine/capabilities.ts';
import { systemCapabilities } from '../../engine/targets/system/capabilities.ts';
import type { TargetCapabilities } from '../../shared/targets/capabilities.ts';
import type { TargetKind } from '../../shared/engine-status/kinds.ts';
import type { AppState, SettingsState } from '../../shared/ipc/app-state.ts';
import { activitySummary } from './activity-fixture.ts';
import type { DiscoveredTarget } from '../../shared/targets/target.ts';
import { minutesAgo, appliedText, offText, settingsState } from './settings-fixture.ts';
import { someContainers, offContainers } from './container-fixture.ts';
import { verification } from './verification-fixture.ts';

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

/** The capabilities of each kind of engine. */
export const targetCapabilities: Readonly<Record<TargetKind, TargetCapabilities>> = {
  embedded: embeddedCapabilities,
  system: systemCapabilities,
  'docker-engine': machineCapabilities,
  'docker-desktop': desktopCapabilities,
};

export function appState(more: Partial<AppState> = {}): AppState {
  return {
    appVersion: '0.1.0',
    runtime: { electron: '25.1.1', node: '18.15.0', fallback: true },
    platform: 'linux',
    home: '/home/sam',
    tmp: '/tmp',
    packageInstalled: true,
    isRoot: true,
    target: {
      id: 'embedded:/var/lib/bulkhead',
      kind: 'embedded',
      capabilities: targetCapabilities.embedded,
      product: null,
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
      zoomPercent: 100,
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

/** The engines that the switcher finds on the invented machine. */
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

export const off = (more: Partial<SettingsState> = {}): Partial<AppState> => ({
  settings: settingsState(offText, more),
  verification: null,
  engine: { ...appState().engine, defaultRuntime: 'runc' },
  scan: { at: minutesAgo(0.6), durationMs: 90, eci: false, containers: offContainers },
});
