import type { TargetCapabilities } from '../../../shared/targets/capabilities.ts';

/** An engine of ours: supervisor, gateway, planner and dockerd below one root directory. */
export const embeddedCapabilities: TargetCapabilities = {
  missing: {},
  settingsFormat: 'engine',
  readsSettings: 'on-change',
  fileEnforcesSignIn: false,
  enforcedByGateway: true,
  isolatedBy: 'backend',
  restarts: 'engine',
  minimumRestartSeconds: 0,
  minimumStartTimeoutMs: 0,
  controlNeedsRoot: true,
  verifyNeedsRoot: true,
  controlFromTray: true,
  firstRun: true,
  socketOnHost: true,
  clientsNeedDockerHost: true,
};
