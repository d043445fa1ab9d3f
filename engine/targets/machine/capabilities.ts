import { targetFeatures, type TargetCapabilities } from '../../../shared/targets/capabilities.ts';

/** The machine's own Docker Engine: it is seen and counted, and nothing of it is changed. */
export const machineCapabilities: TargetCapabilities = {
  missing: Object.fromEntries(targetFeatures.map((feature) => [feature, 'no-gateway-in-front'])),
  settingsFormat: 'engine',
  readsSettings: 'on-change',
  fileEnforcesSignIn: false,
  enforcedByGateway: false,
  isolatedBy: 'nothing',
  restarts: 'engine',
  minimumRestartSeconds: 0,
  minimumStartTimeoutMs: 0,
  controlNeedsRoot: true,
  verifyNeedsRoot: false,
  controlFromTray: false,
  firstRun: false,
  socketOnHost: true,
  clientsNeedDockerHost: false,
};
