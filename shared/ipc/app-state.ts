import * as z from 'zod';
import { appErrorSchema } from '../app-error.ts';
import { engineStatusSchema } from '../engine-status/status.ts';
import { backendReportSchema } from '../isolation/requirements.ts';
import { verificationSchema } from '../verify/claims.ts';
import { containerScanSchema } from '../containers/protection.ts';
import { removalRunSchema } from '../containers/removal.ts';
import { appearedSchema } from '../containers/appeared.ts';
import { recreateRunSchema } from '../containers/recreate.ts';
import { applyRunSchema } from '../apply/run.ts';
import { firstRunSchema, preferencesSchema } from './user-choices.ts';
import { policyFactsSchema } from '../enforcement/policy-facts.ts';
import { preferenceStateSchema } from '../settings/preferences.ts';
import { maxTextLength } from '../settings/document-limits.ts';
import { activitySummarySchema } from '../audit/activity.ts';
import { targetStateSchema } from '../targets/target.ts';
import { messageReferenceSchema } from '../messages/schema.ts';

/**
 * The features of the desktop around the window, and which of them are enabled. False until the first frame
 * is drawn.
 */
export const desktopStateSchema = z.object({
  tray: z.boolean(),
  notifications: z.boolean(),
  /**
   * Whether the app can be started at login here, and whether it is. A property of the system, not of the
   * preferences.
   */
  canStartAtLogin: z.boolean(),
  startsAtLogin: z.boolean(),
});
export type DesktopState = z.infer<typeof desktopStateSchema>;

/** A settings text that is passed between the processes. */
export const settingsText = z.string().max(maxTextLength);

/** The settings file, the draft, and their differences. */
export const settingsStateSchema = z.object({
  path: z.string(),
  /** Applied text, '' if there is no file. */
  applied: z.string(),
  appliedHash: z.string(),
  appliedVersion: z.number().int(),
  /**
   * Who applied that version and when; null if history has no record of it (another program wrote the file).
   */
  appliedBy: z.object({ user: z.string(), at: z.string() }).nullable(),
  exists: z.boolean(),
  /** The draft; equals `applied` if nothing was edited. */
  draft: z.string(),
  /**
   * Text on which the draft is based. Differs from `applied` if another program changed the file meanwhile:
   * conflict.
   */
  base: z.string(),
  conflict: z.boolean(),
  /** Why the file could not be read, if it could not (permissions, directory, too large, not UTF-8). */
  readError: appErrorSchema.nullable(),
  /** Why this user cannot save, if so. */
  readOnly: z.string().nullable(),
  /** The catalogue sentence of `readOnly`. */
  readOnlySentence: messageReferenceSchema.optional(),
  /** Users' preferences for unlocked settings; null if the engine does not support preferences. */
  preference: preferenceStateSchema.nullable(),
  /** Facts other than the file about which policy is in force (`enforcementOf`). */
  policyFacts: policyFactsSchema,
});
export type SettingsState = z.infer<typeof settingsStateSchema>;

/**
 * Everything a window needs at start; the main process owns the state, later `changed` events carry single
 * parts of it.
 */
export const appStateSchema = z.object({
  appVersion: z.string(),
  /** The runtime of the window; `fallback`: not the version that releases have. */
  runtime: z.object({ electron: z.string(), node: z.string(), fallback: z.boolean() }),
  platform: z.string(),
  /** Home directory of the user, to resolve $HOME for display. */
  home: z.string(),
  tmp: z.string(),
  /** Whether the directory that packages install into exists on this machine. */
  packageInstalled: z.boolean(),
  isRoot: z.boolean(),
  /** The engine that the window works on; switching replaces every part that is about the engine. */
  target: targetStateSchema,
  engine: engineStatusSchema,
  backends: z.array(backendReportSchema),
  settings: settingsStateSchema,
  /** Incremented whenever a version was added to history: earlier lists are outdated then. */
  historyRevision: z.number().int(),
  verification: verificationSchema.nullable(),
  scan: containerScanSchema.nullable(),
  scanError: appErrorSchema.nullable(),
  run: applyRunSchema.nullable(),
  /** Recreation of containers in progress, or its outcome until it is dismissed. */
  recreation: recreateRunSchema.nullable(),
  /** Removal of containers in progress, or its outcome until it is dismissed. */
  removal: removalRunSchema.nullable(),
  /** Unprotected containers that appeared while ECI was on; null once they are acknowledged or gone. */
  appeared: appearedSchema.nullable(),
  /** A summary of the gateway's decision log. */
  activity: activitySummarySchema,
  preferences: preferencesSchema,
  /**
   * Why preferences and the user's drafts would be lost when the app ends (a full disk); null while they are
   * stored.
   */
  preferencesError: appErrorSchema.nullable(),
  desktop: desktopStateSchema,
  /** Requested by a first run if nothing was ever applied; stored for each engine. */
  firstRun: firstRunSchema,
  /**
   * Long operations in progress: never two of a kind at once. `beginning`: an apply or a recreation was
   * requested and has not begun; a password prompt may be open.
   */
  busy: z.object({
    scanning: z.boolean(),
    verifying: z.boolean(),
    engine: z.enum(['starting', 'stopping', 'restarting']).nullable(),
    beginning: z.boolean(),
  }),
});
export type AppState = z.infer<typeof appStateSchema>;
