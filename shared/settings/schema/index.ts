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
  policyModes,
  settingDefaults,
  settingsFileVersion,
  shareVariables,
  socketScopes,
} from './engine-keys.ts';
export { factsOf, type DesktopSince, type KeyFacts } from './key.ts';

/** Names of the top-level keys the engine acts on: doubt about one of them makes the policy unreadable. */
export const engineKeyNames: readonly string[] = Object.keys(engineKeys);

/** What the engine reads of the file. */
export const adminSettingsSchema = z.looseObject(engineKeys);
export type AdminSettings = z.infer<typeof adminSettingsSchema>;

/**
 * Every key of admin-settings.json that is known. What is known of the format anywhere (completion, hover,
 * lint, the published JSON Schema) is derived from it; a key is added in engine-keys.ts or desktop-keys.ts.
 */
export const settingsFileSchema = z.looseObject({
  ...engineKeys,
  ...desktopKeys,
  // Docker Desktop is not known to refuse keys that it does not know, so this one is fine for every target.
  $schema: key(z.string(), {
    description: message('settings-keys.schema'),
    usedBy: 'editor',
  }).optional(),
});
