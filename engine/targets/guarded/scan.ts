import { stat } from 'node:fs/promises';
import type { SettingsState } from '../../../shared/ipc/app-state.ts';
import { chosenBackend, runtimeNameOf } from '../../../shared/isolation/backends.ts';
import { listedPaths, type EffectiveSettings } from '../../../shared/settings/effective.ts';
import { withPreferences } from '../../../shared/settings/preferences.ts';
import { containerReader } from '../../base/container-reader.ts';
import { scanContainers } from '../../scan/scan.ts';
import { auditPeriods, eciSince, listHistory, type ModeInForce } from '../../store/history.ts';
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
  return readInForce(paths, await store.read());
}

async function readInForce(paths: EngineParts['paths'], state: SettingsState): Promise<EffectiveSettings> {
  const admin = await readSettingsInForce(paths, state);
  return withPreferences(admin, (await readUserSettings(paths.root)).preferences).settings;
}

/** Whether a gateway of ours enforces the settings. */
const isEnforced = async (
  { policyFacts }: SettingsState,
  driver: Pick<EngineParts['driver'], 'status'>,
): Promise<boolean> => policyFacts.recorded !== null || (await driver.status()).gatewayUp;

/**
 * The mode that is in force. A gateway records its policy again at each start: a file that was changed before
 * was enforced before.
 */
async function modeInForce(
  { paths }: Pick<EngineParts, 'paths'>,
  { policyFacts: { recorded } }: SettingsState,
  settings: EffectiveSettings,
): Promise<ModeInForce> {
  if (recorded === null) return { mode: settings.mode, since: null };
  const changed = await stat(paths.settings).catch(() => null);
  const times = [recorded.at, ...(changed === null ? [] : [changed.mtime.toISOString()])];
  return { mode: recorded.mode, since: times.sort()[0] ?? null };
}

/** `Target.scan` of a guarded engine. */
export async function scanEngine(
  engine: Pick<EngineParts, 'paths' | 'store' | 'driver'>,
  ...[{ settings: knownState, ...limits } = {}]: Parameters<Target['scan']>
): ReturnType<Target['scan']> {
  const { paths } = engine;
  const state = knownState ?? (await engine.store.read());
  const settings = await readInForce(paths, state);
  const mode = await modeInForce(engine, state, settings);
  const history = await listHistory(paths.history);
  return scanContainers(containerReader(paths.clientSocket), {
    ...limits,
    eci: settings.eci.value && (await isEnforced(state, engine.driver)),
    eciSince: history.ok ? eciSince(history.value) : null,
    audit: mode.mode === 'audit',
    auditPeriods: history.ok ? auditPeriods(history.value, mode) : [],
    sharedDirectories: listedPaths(settings),
    runtimeName: runtimeNameOf(chosenBackend(settings.backend)),
  });
}
