import { enforcementOf, isAlarm } from '../../../shared/enforcement/enforcement.ts';
import { message, type Message } from '../../../shared/messages/message.ts';
import { effectiveSettings } from '../../../shared/settings/effective.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { createSettingsStore } from '../../store/settings-store.ts';
import { systemCapabilities } from './capabilities.ts';

/**
 * Why the gateway must not be replaced now: the settings file is deleted or unusable, and a new gateway would
 * be locked down, while the running one keeps its last policy. Null: a new one would enforce the same.
 */
export async function replacementBlocker(paths: RootPaths): Promise<Message | null> {
  const settings = await createSettingsStore(paths).read();
  const { recorded, restorable: version } = settings.policyFacts;
  const { now, nextStart, difference } = enforcementOf({
    capabilities: systemCapabilities,
    engine: { phase: 'ready', gatewayUp: recorded !== null },
    settings,
    applied: effectiveSettings(settings.applied, { exists: settings.exists }),
  });
  if (recorded === null || !isAlarm(difference)) return null;
  if (nextStart.source !== 'locked-down' || now.source === 'locked-down') return null;
  const { path: file } = settings;
  return version === null
    ? message(`system.settings-${difference}`, { file })
    : message(`system.settings-${difference}-version`, { file, version });
}
