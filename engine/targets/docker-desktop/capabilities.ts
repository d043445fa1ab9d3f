import type { TargetCapabilities } from '../../../shared/targets/capabilities.ts';

/** Docker Desktop: it reads the administrator's file when it starts, and enforces it itself. */
export const desktopCapabilities: TargetCapabilities = {
  missing: {
    apply: null,
    'turn-on-eci': null,
    'choose-backend': 'enforced-by-product',
    'audit-mode': 'enforced-by-product',
    'existing-containers': 'enforced-by-product',
    'per-image-lists': 'enforced-by-product',
    'socket-scope': 'enforced-by-product',
    'hide-environment': 'enforced-by-product',
    'refusal-language': 'enforced-by-product',
    'decision-log': 'product-keeps-no-log',
    'test-mounts': 'product-keeps-no-log',
    recreate: 'enforced-by-product',
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
  supervised: false,
  needsInstall: false,
  controlNeedsRoot: false,
  verifyNeedsRoot: false,
  controlFromTray: false,
  firstRun: false,
  // The socket that containers could mount is the virtual machine's.
  socketOnHost: false,
  clientsNeedDockerHost: false,
};
