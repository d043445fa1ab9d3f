import { chosenBackend, runtimeNameOf } from '../../../shared/isolation/backends.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import { withPreferences } from '../../../shared/settings/preferences.ts';
import { dockerClient } from '../../base/docker-client.ts';
import { scanContainers } from '../../scan/scan.ts';
import { auditPeriods, eciSince, listHistory } from '../../store/history.ts';
import { readSettingsInForce } from '../../store/settings-in-force.ts';
import { readUserSettings } from '../../store/user-settings.ts';
import type { Target } from '../../target.ts';
import type { EngineParts } from './engine-parts.ts';

/**
 * What the gateway enforces now, with users' preferences; while it does not run, what it will enforce at its
 * next start.
 */
export async function settingsInForce({
  paths,
  store,
}: Pick<EngineParts, 'paths' | 'store'>): Promise<EffectiveSettings> {
  const admin = await readSettingsInForce(paths, await store.read());
  return withPreferences(admin, (await readUserSettings(paths.root)).preferences).settings;
}

/** Whether a gateway of ours enforces the settings. */
async function isEnforced({ store, driver }: Pick<EngineParts, 'store' | 'driver'>): Promise<boolean> {
  const { policyFacts } = await store.read();
  return policyFacts.recorded !== null || (await driver.status()).gatewayUp;
}

/** `Target.scan` of a guarded engine. */
export async function scanEngine(
  engine: Pick<EngineParts, 'paths' | 'store' | 'driver'>,
  ...[call = {}]: Parameters<Target['scan']>
): ReturnType<Target['scan']> {
  const { paths } = engine;
  const settings = await settingsInForce(engine);
  const history = await listHistory(paths.history);
  return scanContainers(dockerClient(paths.clientSocket), {
    ...call,
    eci: settings.eci.value && (await isEnforced(engine)),
    eciSince: history.ok ? eciSince(history.value) : null,
    auditPeriods: history.ok ? auditPeriods(history.value) : [],
    runtimeName: runtimeNameOf(chosenBackend(settings.backend)),
  });
}
