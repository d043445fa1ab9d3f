import { message, type Message } from '../../../shared/messages/message.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { createSettingsStore } from '../../store/settings-store.ts';

/**
 * Why the gateway must not be replaced now: the settings file was deleted, other than by a roll back. The
 * running gateway keeps its last policy; a new one would start without, with ECI off. Null: it must not be
 * missing.
 */
export async function missingSettings(paths: RootPaths): Promise<Message | null> {
  const { policyFacts } = await createSettingsStore(paths).read();
  if (!policyFacts.isMissing) return null;
  const { restorable: version } = policyFacts;
  return version === null
    ? message('system.settings-deleted', { file: paths.settings })
    : message('system.settings-deleted-version', { file: paths.settings, version });
}
