import * as z from 'zod';

/** Whose settings file it is: an engine of ours, with the key `bulkhead`, or Docker Desktop's own. */
export const settingsFormats = ['engine', 'desktop'] as const;
export type SettingsFormat = (typeof settingsFormats)[number];

/** What the app offers on some targets only. */
export const targetFeatures = [
  'apply',
  'turn-on-eci',
  'choose-backend',
  'audit-mode',
  'existing-containers',
  'per-image-lists',
  'socket-scope',
  'hide-environment',
  'refusal-language',
  'decision-log',
  'test-mounts',
  'recreate',
  'engine-control',
  'verify',
  'desktop-settings',
] as const;
export type TargetFeature = (typeof targetFeatures)[number];

/** Why a target does not offer something; also the id of the window's text (`target.missing`). */
export const missingReasons = [
  /** Docker Desktop enforces: it knows nothing of what only an engine of ours can do. */
  'docker-desktop-enforces',
  /** Docker Desktop refuses containers itself and keeps no log of that. */
  'docker-desktop-keeps-no-log',
  /**
   * No gateway and no isolation runtime stand in front of the machine's engine: nothing would be enforced.
   */
  'no-gateway-in-front',
  /** Settings that Docker Desktop alone has. */
  'not-docker-desktop',
] as const;
export type MissingReason = (typeof missingReasons)[number];

/**
 * What an engine allows and how it behaves: declared by `engine/targets/<kind>/capabilities.ts`, sent to the
 * window with the open target. Everything outside of that folder decides by these, never by the kind.
 */
export const targetCapabilitiesSchema = z
  .object({
    /** Of every feature why it is not offered; null where it is. */
    missing: z.record(z.enum(targetFeatures), z.enum(missingReasons).nullable()),
    /** Which keys of the settings file the engine reads, and what a missing key means. */
    settingsFormat: z.enum(settingsFormats),
    /** When the engine reads its settings file: whenever it changes, or only when it starts. */
    readsSettings: z.enum(['on-change', 'at-start']),
    /**
     * The presence of the settings file alone enforces sign-in. Applying an empty draft removes the file
     * then; elsewhere an empty document is written in its place.
     */
    fileEnforcesSignIn: z.boolean(),
    /** A gateway of ours enforces the settings file, in front of the engine. */
    enforcedByGateway: z.boolean(),
    /**
     * Whose isolation runtime containers get: an isolation backend's (`shared/isolation/backends.ts`), one
     * that the product brings along, or none.
     */
    isolatedBy: z.enum(['backend', 'product', 'nothing']),
    /**
     * What makes the engine take another configuration: a restart, which stops containers, or a reload, which
     * stops nothing.
     */
    reconfiguredBy: z.enum(['restart', 'reload']),
    /** Whose daemon.json the engine reads: one of ours, or the machine's, where what others wrote stays. */
    configFile: z.enum(['own', 'machine']),
    /** What a restart restarts: dockerd alone, or the application around it. */
    restarts: z.enum(['engine', 'application']),
    /** A restart is never estimated at less than this, in seconds. */
    minimumRestartSeconds: z.number().nonnegative(),
    /** The command line never gives up on a start or restart before this, in milliseconds. */
    minimumStartTimeoutMs: z.number().nonnegative(),
    /** Starting, stopping and restarting it needs root; otherwise its user does that. */
    controlNeedsRoot: z.boolean(),
    /** The record of a verification is root's; otherwise each user keeps one. */
    verifyNeedsRoot: z.boolean(),
    /** The app starts and stops it from the tray; otherwise it has a tray icon or a service manager. */
    controlFromTray: z.boolean(),
    /** The window begins with the first-run assistant while nothing was ever applied. */
    firstRun: z.boolean(),
    /** The client socket lies on this machine's file system, where a shared directory could contain it. */
    socketOnHost: z.boolean(),
    /** Clients must be pointed at its socket (`DOCKER_HOST`): it is not the one that they use by default. */
    clientsNeedDockerHost: z.boolean(),
  })
  .readonly();
export type TargetCapabilities = z.infer<typeof targetCapabilitiesSchema>;

/**
 * Why a target does not offer a feature; null where it does. Behind dimmed texts in the window and refusals
 * on the command line.
 */
export function missingBecause(
  capabilities: Pick<TargetCapabilities, 'missing'>,
  feature: TargetFeature,
): MissingReason | null {
  return capabilities.missing[feature];
}

/** Whether anything enforces the settings file: without, ECI is off whatever stands in it. */
export const enforcesSettings = ({ isolatedBy }: Pick<TargetCapabilities, 'isolatedBy'>): boolean =>
  isolatedBy !== 'nothing';
