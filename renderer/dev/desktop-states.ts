import type { AppState, SettingsState } from '../../shared/ipc/app-state.ts';
import type { ProductFacts } from '../../shared/targets/target.ts';
import { appliedText, settingsState } from './settings-fixture.ts';
import { verification } from './verification-fixture.ts';
import { targetCapabilities, appState, off } from './app-fixture.ts';

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

/** Docker Desktop on an invented Mac, with ECI on and verified by the probes that run there. */
const onDesktop = (more: Partial<AppState> = {}, facts: Partial<ProductFacts> = {}): AppState =>
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
      product: {
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
    verification: {
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

/** Docker Desktop as a target, and the machine's own engine. */
export const desktopStates: Record<string, () => AppState> = {
  desktop: () => onDesktop(),
  desktopProxy: () =>
    onDesktop({
      settings: desktopSettings(desktopText, {
        draft: desktopText.replace(
          '"proxy": { "mode": "system" }',
          '"proxy": {\n    "locked": true,\n    "mode": "manual",\n' +
            '    "https": "http://proxy.corp.example:3128",\n' +
            '    "exclude": ["*.corp.example"]\n  }',
        ),
      }),
    }),
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
        product: null,
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
};
