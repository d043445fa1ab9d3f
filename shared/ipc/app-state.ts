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
import { maxTextLength } from '../settings/limits.ts';
import { activitySummarySchema } from '../audit/activity.ts';
import { targetStateSchema } from '../targets/target.ts';
import { messageReferenceSchema } from '../messages/schema.ts';

/** What the desktop around the window offers, and what of it is set. False until the first frame is drawn. */
export const desktopStateSchema = z.object({
  tray: z.boolean(),
  notifications: z.boolean(),
  /**
   * Whether the app can be started at login here, and whether it is. The system knows, not the preferences.
   */
  canStartAtLogin: z.boolean(),
  startsAtLogin: z.boolean(),
});
export type DesktopState = z.infer<typeof desktopStateSchema>;

/** A settings text that crosses between the processes. */
export const settingsText = z.string().max(maxTextLength);

/** The settings file, the draft, and what stands between them. */
export const settingsStateSchema = z.object({
  path: z.string(),
  /** Applied text, '' where there is no file. */
  applied: z.string(),
  appliedHash: z.string(),
  appliedVersion: z.number().int(),
  /** Who applied that version and when; null where history does not know (another program wrote the file). */
  appliedBy: z.object({ user: z.string(), at: z.string() }).nullable(),
  exists: z.boolean(),
  /** The draft; equals `applied` when nothing was edited. */
  draft: z.string(),
  /**
   * Text the draft was started from. Differs from `applied` when another program changed the file underneath:
   * conflict.
   */
  base: z.string(),
  conflict: z.boolean(),
  /** Why the file could not be read, if so (permissions, directory, too large, not UTF-8). */
  readError: appErrorSchema.nullable(),
  /** Why saving is not possible for this user, if so. */
  readOnly: z.string().nullable(),
  /** Which sentence of the catalogue `readOnly` is. */
  readOnlySentence: messageReferenceSchema.optional(),
  /** What users prefer where the administrator left it open; null where the engine knows no preferences. */
  preference: preferenceStateSchema.nullable(),
  /** What else than the file shows which policy is in force (`enforcementOf`). */
  policyFacts: policyFactsSchema,
});
export type SettingsState = z.infer<typeof settingsStateSchema>;

/**
 * Everything a window needs at start; main owns the truth, later `changed` events carry single parts of it.
 */
export const appStateSchema = z.object({
  appVersion: z.string(),
  /** What the window runs on; `fallback`: not the version that releases have. */
  runtime: z.object({ electron: z.string(), node: z.string(), fallback: z.boolean() }),
  platform: z.string(),
  /** Home directory of the user, to resolve $HOME for display. */
  home: z.string(),
  tmp: z.string(),
  isRoot: z.boolean(),
  /** Which engine the window works on; switching replaces every part that is about the engine. */
  target: targetStateSchema,
  engine: engineStatusSchema,
  backends: z.array(backendReportSchema),
  settings: settingsStateSchema,
  /** Goes up whenever a version was added to history: what was listed is old then. */
  historyRevision: z.number().int(),
  verification: verificationSchema.nullable(),
  scan: containerScanSchema.nullable(),
  scanError: appErrorSchema.nullable(),
  run: applyRunSchema.nullable(),
  /** Containers being recreated, or how that ended until it is dismissed. */
  recreation: recreateRunSchema.nullable(),
  /** Containers being removed, or how that ended until it is dismissed. */
  removal: removalRunSchema.nullable(),
  /** Unprotected containers that appeared while ECI was on; null once they are acknowledged or gone. */
  appeared: appearedSchema.nullable(),
  /** The gateway's decision log, in short. */
  activity: activitySummarySchema,
  preferences: preferencesSchema,
  /**
   * Why preferences and drafts kept with the user would be forgotten when the app ends (a full disk); null
   * while they are kept.
   */
  preferencesError: appErrorSchema.nullable(),
  desktop: desktopStateSchema,
  /** Asked for by a first run where nothing was ever applied; remembered for each engine. */
  firstRun: firstRunSchema,
  /**
   * Long work under way: never two of a kind at once. `beginning`: an apply or a recreation was requested and
   * has not begun; a question for a password may be open.
   */
  busy: z.object({
    scanning: z.boolean(),
    verifying: z.boolean(),
    engine: z.enum(['starting', 'stopping', 'restarting']).nullable(),
    beginning: z.boolean(),
  }),
});
export type AppState = z.infer<typeof appStateSchema>;
