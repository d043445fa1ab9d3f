import * as z from 'zod';

/**
 * The kind of settings file: of an embedded or guarded engine, with the key `bulkhead`, or Docker Desktop's
 * own.
 */
export const settingsFormats = ['engine', 'desktop'] as const;
export type SettingsFormat = (typeof settingsFormats)[number];

/** Features that the app offers on some targets only. */
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

/** Why a target does not offer a feature; also the id of the window's text (`target.missing`). */
const missingReasons = [
  /** The product with the engine enforces the settings itself: what only our gateway has is missing. */
  'enforced-by-product',
  /** The product refuses containers itself and keeps no log of that. */
  'product-keeps-no-log',
  /** No gateway and no isolation runtime are in front of the machine's engine: nothing would be enforced. */
  'no-gateway-in-front',
  /** The engine's settings file does not have these keys (`settingsFormat`). */
  'not-in-settings-format',
] as const;
export type MissingReason = (typeof missingReasons)[number];

/**
 * What an engine allows and how it behaves: declared by `engine/targets/<kind>/capabilities.ts`, sent to the
 * window with the open target. Everything outside of that directory decides by these, never by the kind.
 */
export const targetCapabilitiesSchema = z
  .object({
    /** For every feature why it is not offered; null if it is. */
    missing: z.record(z.enum(targetFeatures), z.enum(missingReasons).nullable()),
    /** Which keys of the settings file the engine reads, and the meaning of a missing key. */
    settingsFormat: z.enum(settingsFormats),
    /** When the engine reads its settings file: whenever it changes, or only when it starts. */
    readsSettings: z.enum(['on-change', 'at-start']),
    /**
     * The mere presence of the settings file enforces sign-in. So applying an empty draft removes the file;
     * otherwise an empty document is written in its place.
     */
    fileEnforcesSignIn: z.boolean(),
    /** A gateway of ours enforces the settings file, in front of the engine. */
    enforcedByGateway: z.boolean(),
    /**
     * Which isolation runtime containers get: that of an isolation backend (`shared/isolation/backends.ts`),
     * one included in the product, or none.
     */
    isolatedBy: z.enum(['backend', 'product', 'nothing']),
    /**
     * How the engine gets another configuration: by a restart, which stops containers, or by a reload, which
     * does not.
     */
    reconfiguredBy: z.enum(['restart', 'reload']),
    /** Which daemon.json the engine reads: one of ours, or the machine's, in which keys of others stay. */
    configFile: z.enum(['own', 'machine']),
    /** What a restart restarts: only dockerd, or the application that contains it. */
    restarts: z.enum(['engine', 'application']),
    /** With dockerd's live-restore in force, containers keep running while the engine is interrupted so. */
    liveRestoreCovers: z.array(z.enum(['restart', 'stop'])).readonly(),
    /** A restart is never estimated at less than this, in seconds. */
    minimumRestartSeconds: z.number().nonnegative(),
    /** The command line never gives up on a start or restart before this, in milliseconds. */
    minimumStartTimeoutMs: z.number().nonnegative(),
    /**
     * A supervisor of ours runs it: it reports the steps of a start, and settles an interrupted apply when it
     * starts.
     */
    supervised: z.boolean(),
    /**
     * Nothing is applied to it before `bulkhead install` has put the gateway in front of it; until then,
     * opening it gives the engine without one.
     */
    needsInstall: z.boolean(),
    /** Starting, stopping and restarting it needs root; otherwise its user does that. */
    controlNeedsRoot: z.boolean(),
    /** The record of a verification is root's; otherwise each user has one. */
    verifyNeedsRoot: z.boolean(),
    /**
     * The app starts and stops it from the tray. False for one with a tray icon of its own, and for one that
     * Bulkhead does not control.
     */
    controlFromTray: z.boolean(),
    /** The window begins with the first-run assistant if nothing was ever applied. */
    firstRun: z.boolean(),
    /** The client socket is on this machine's file system, where a shared directory could contain it. */
    socketOnHost: z.boolean(),
    /** Clients must be configured to use its socket (`DOCKER_HOST`): it is not their default. */
    clientsNeedDockerHost: z.boolean(),
  })
  .readonly();
export type TargetCapabilities = z.infer<typeof targetCapabilitiesSchema>;

/** Why a target does not offer a feature; null if it does. Shown in the window and on the command line. */
export function missingBecause(
  capabilities: Pick<TargetCapabilities, 'missing'>,
  feature: TargetFeature,
): MissingReason | null {
  return capabilities.missing[feature];
}

/** Whether anything enforces the settings file: otherwise ECI is off, whatever its content. */
export const enforcesSettings = ({ isolatedBy }: Pick<TargetCapabilities, 'isolatedBy'>): boolean =>
  isolatedBy !== 'nothing';
