import type { TargetCapabilities } from '../../../shared/targets/capabilities.ts';

/** Docker Desktop: it reads the administrator's file when it starts, and enforces it itself. */
export const desktopCapabilities: TargetCapabilities = {
  missing: {
    apply: null,
    'turn-on-eci': null,
    'choose-backend': 'docker-desktop-enforces',
    'audit-mode': 'docker-desktop-enforces',
    'existing-containers': 'docker-desktop-enforces',
    'per-image-lists': 'docker-desktop-enforces',
    'socket-scope': 'docker-desktop-enforces',
    'hide-environment': 'docker-desktop-enforces',
    'refusal-language': 'docker-desktop-enforces',
    'decision-log': 'docker-desktop-keeps-no-log',
    'test-mounts': 'docker-desktop-keeps-no-log',
    recreate: 'docker-desktop-enforces',
    'engine-control': null,
    verify: null,
    'desktop-settings': null,
  },
  settingsFormat: 'desktop',
  readsSettings: 'at-start',
  fileEnforcesSignIn: true,
  enforcedByGateway: false,
  isolatedBy: 'product',
  reconfiguredBy: 'restart',
  configFile: 'own',
  restarts: 'application',
  // Its virtual machine ends.
  liveRestoreCovers: [],
  // Default duration of quitting and reopening it.
  minimumRestartSeconds: 60,
  minimumStartTimeoutMs: 300_000,
  controlNeedsRoot: false,
  verifyNeedsRoot: false,
  controlFromTray: false,
  firstRun: false,
  // The socket that containers could mount is the virtual machine's.
  socketOnHost: false,
  clientsNeedDockerHost: false,
};
