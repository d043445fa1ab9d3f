import * as z from 'zod';
import { message } from '../../messages/message.ts';
import { desktopKeys } from './desktop-keys.ts';
import { engineKeys } from './engine-keys.ts';
import { key } from './key.ts';

export {
  backendChoices,
  deviceAccessChoices,
  existingContainersChoices,
  hideEnvironmentChoices,
  networkVolumeTypes,
  policyModes,
  settingDefaults,
  settingsFileVersion,
  shareVariables,
  socketScopes,
} from './engine-keys.ts';
export { factsOf, type DesktopPlatform, type FirstDesktopVersion, type KeyFacts } from './key.ts';

/**
 * Names of the top-level keys that the engine reads: ambiguity in one of them makes the policy unreadable.
 */
export const engineKeyNames: readonly string[] = Object.keys(engineKeys);

/** What the engine reads from the file. */
export const adminSettingsSchema = z.looseObject(engineKeys);
export type AdminSettings = z.infer<typeof adminSettingsSchema>;

/**
 * Every known key of admin-settings.json. Everything that depends on the format (completion, hover, lint, the
 * published JSON Schema) is derived from it; a key is added in engine-keys.ts or desktop-keys.ts.
 */
export const settingsFileSchema = z.looseObject({
  ...engineKeys,
  ...desktopKeys,
  // As far as is known, Docker Desktop accepts unknown keys, so this one is fine for every target.
  $schema: key(z.string(), {
    description: message('settings-keys.schema'),
    usedBy: 'editor',
  }).optional(),
});
