import * as z from 'zod';
import { messageReferenceSchema } from '../messages/schema.ts';
import type { EffectiveSettings } from './effective.ts';

/** Name of the file in an engine's directory. */
export const userSettingsName = 'user-settings.json';

/** A larger file is not a valid file of preferences. */
export const maxPreferencesBytes = 4096;

/**
 * Settings that users of an engine may override if the administrator has not locked them. Nothing else can be
 * written there.
 */
const userPreferencesSchema = z.strictObject({
  version: z.literal(1),
  /** The author according to the file: whoever may write it may write any name. */
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

/** Parses a file of preferences. Null for an invalid one: it counts as none. */
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
 * The effect of one preference. `same`: the administrator's value is the same. `needs-restart`: turning
 * isolation on takes an engine that was started for it, which only the administrator can do; a preference can
 * only turn it off.
 */
export type PreferenceOutcome = 'none' | 'in-force' | 'same' | 'locked' | 'needs-restart';

/**
 * The administrator's settings with the effective preferences. A locked setting always has the
 * administrator's value.
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

/** Whether the administrator left any setting unlocked. */
export const leavesAnything = (settings: EffectiveSettings): boolean =>
  !settings.eci.locked || !settings.blockDockerLoad.locked;

/**
 * The preferences in force in one line, for logs: `sam: enhanced container isolation off`; null if there are
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

/** The state of an engine's preferences for the window and the command line. */
export const preferenceStateSchema = z.object({
  by: z.string().nullable(),
  eci: z.boolean().nullable(),
  blockDockerLoad: z.boolean().nullable(),
  outcomes: z.object({
    eci: z.enum(['none', 'in-force', 'same', 'locked', 'needs-restart']),
    blockDockerLoad: z.enum(['none', 'in-force', 'same', 'locked', 'needs-restart']),
  }),
  /** Why the content of the file counts as none, if it does. */
  problem: z.string().nullable(),
  /** The catalogue sentence of `problem`; missing for the system's messages. */
  sentence: messageReferenceSchema.optional(),
  /** Whether this user may write there now. */
  writable: z.boolean(),
});
export type PreferenceState = z.infer<typeof preferenceStateSchema>;
