import * as z from 'zod';
import { messageReferenceSchema } from '../messages/schema.ts';
import type { EffectiveSettings } from './effective.ts';

/** The file in an engine's directory. */
export const userSettingsName = 'user-settings.json';

/** A file larger than this is no file of preferences. */
export const maxPreferencesBytes = 4096;

/**
 * What users of an engine may want otherwise than the administrator set it, where it is not locked. Nothing
 * else can be written there.
 */
export const userPreferencesSchema = z.strictObject({
  version: z.literal(1),
  /** Who wrote it, by the file: whoever may write it may write any name. */
  by: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}\$?$/)
    .optional(),
  eci: z.boolean().optional(),
  blockDockerLoad: z.boolean().optional(),
});
export type UserPreferences = z.infer<typeof userPreferencesSchema>;
export const preferenceNames = ['eci', 'blockDockerLoad'] as const;
export type PreferenceName = (typeof preferenceNames)[number];

/** The settings that can be preferred, by their pointers in the document. */
export const preferencePointers: Readonly<Record<PreferenceName, string>> = {
  eci: '/enhancedContainerIsolation/value',
  blockDockerLoad: '/blockDockerLoad/value',
};

/** Reads a file of preferences. Null for anything but exactly that: what is not understood counts as none. */
export function parsePreferences(text: string): UserPreferences | null {
  if (text.length > maxPreferencesBytes) return null;
  try {
    const read = userPreferencesSchema.safeParse(JSON.parse(text));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/**
 * What becomes of one preference. `same`: the administrator has it so anyway. `needs-restart`: turning
 * isolation on takes an engine that was started for it, which is the administrator's to do; a preference can
 * only leave it.
 */
export type PreferenceOutcome = 'none' | 'in-force' | 'same' | 'locked' | 'needs-restart';

/**
 * The administrator's settings with the preferences that count. A locked setting is as the administrator set
 * it, whatever stands in the file.
 */
export function withPreferences(
  settings: EffectiveSettings,
  preferences: UserPreferences | null,
): {
  readonly settings: EffectiveSettings;
  readonly outcomes: Readonly<Record<PreferenceName, PreferenceOutcome>>;
} {
  const outcomes = {
    eci: outcomeOf(settings.eci, preferences?.eci, false),
    blockDockerLoad: outcomeOf(settings.blockDockerLoad, preferences?.blockDockerLoad, true),
  };
  return {
    outcomes,
    settings: {
      ...settings,
      ...(outcomes.eci === 'in-force' ? { eci: { value: false, locked: false } } : {}),
      ...(outcomes.blockDockerLoad === 'in-force'
        ? { blockDockerLoad: { value: preferences?.blockDockerLoad === true, locked: false } }
        : {}),
    },
  };
}

function outcomeOf(
  setting: { readonly value: boolean; readonly locked: boolean },
  requested: boolean | undefined,
  canTurnOn: boolean,
): PreferenceOutcome {
  if (requested === undefined) return 'none';
  if (setting.locked) return 'locked';
  if (requested === setting.value) return 'same';
  return requested && !canTurnOn ? 'needs-restart' : 'in-force';
}

/** Is there anything the administrator left to users? */
export const leavesAnything = (settings: EffectiveSettings): boolean =>
  !settings.eci.locked || !settings.blockDockerLoad.locked;

/**
 * The preferences in force in one line, for logs: `sam: enhanced container isolation off`; null when there is
 * none.
 */
export function describePreferences(
  preferences: UserPreferences | null,
  outcomes: Readonly<Record<PreferenceName, PreferenceOutcome>>,
): string | null {
  const parts = [
    ...(outcomes.eci === 'in-force' ? ['enhanced container isolation off'] : []),
    ...(outcomes.blockDockerLoad === 'in-force'
      ? [`docker load ${preferences?.blockDockerLoad === true ? 'blocked' : 'allowed'}`]
      : []),
  ];
  return parts.length === 0 ? null : `${preferences?.by ?? 'a user'}: ${parts.join(', ')}`;
}

/** What the window and the command line know of the preferences of an engine. */
export const preferenceStateSchema = z.object({
  by: z.string().nullable(),
  eci: z.boolean().nullable(),
  blockDockerLoad: z.boolean().nullable(),
  outcomes: z.object({
    eci: z.enum(['none', 'in-force', 'same', 'locked', 'needs-restart']),
    blockDockerLoad: z.enum(['none', 'in-force', 'same', 'locked', 'needs-restart']),
  }),
  /** Why what is in the file counts as none, if so. */
  problem: z.string().nullable(),
  /** Which sentence of the catalogue `problem` is; missing for the system's words. */
  sentence: messageReferenceSchema.optional(),
  /** May this user write there now? */
  writable: z.boolean(),
});
export type PreferenceState = z.infer<typeof preferenceStateSchema>;
