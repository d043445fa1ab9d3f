import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { listedPaths } from '../../../shared/settings/effective.ts';
import { effectiveSettings, type EffectiveSettings } from '../../../shared/settings/index.ts';
import { ok, type AppError, type Result } from '../../../shared/result.ts';
import { settingsInForce, type PlanFacts } from '../../apply/plan-facts.ts';
import { differ } from '../../apply/rule-effects.ts';
import { readSettingsOrBytes, type StoredText } from '../../base/files.ts';
import { systemCode } from '../../../shared/process/system-code.ts';
import { engineConfigFiles, previewEngineConfig } from '../../daemon-json/daemon-json-file.ts';
import { versionState, type VersionState } from '../../store/history.ts';
import { readSettingsInForce } from '../../store/settings-in-force.ts';
import { readUserSettings } from '../../store/user-settings.ts';
import type { Target } from '../../target.ts';
import type { OpenedEngine } from './opened-engine.ts';
import { message } from '../../../shared/messages/message.ts';

/** Looks up the inputs of a plan for `draft`. */
export async function planFacts(engine: OpenedEngine, draft: string): Promise<Result<PlanFacts, AppError>> {
  const { paths, driver, isRoot } = engine;
  const applied = await readSettingsOrBytes(paths.settings);
  if (!applied.ok) return applied;
  const versions = await versionState(paths.history, applied.value);
  if (!versions.ok) return versions;
  const enforcedFacts = await enforcedElse(engine, applied.value, versions.value);
  const settings = settingsInForce({ exists: true, text: draft, hash: '' });
  const backend = engine.isolation(settings);
  const desired = {
    eci: settings.eci.value,
    runtimeName: backend.runtimeName,
    runtimePath: backend.runtimePath(paths),
    configFile: engine.capabilities.configFile,
  };
  // What this user may not read is read by root, before anything is changed.
  const hidden = !isRoot && (await Promise.all(engineConfigFiles(paths).map(unreadable))).some(Boolean);
  const [status, report, preview] = await Promise.all([
    driver.status(),
    settings.eci.value ? engine.reportOf(backend) : null,
    hidden
      ? ok({ text: null, record: null, changes: [], conflicts: [] })
      : previewEngineConfig(paths, desired),
  ]);
  // Conflicts, which the plan shows one by one; other errors of the engine's configuration as one error.
  const checked =
    preview.ok && preview.value.conflicts.length === 0 && !hidden
      ? await driver.checkConfig(desired)
      : ok(undefined);
  const engineConfig = checked.ok ? preview : checked;
  const restartReason =
    status.phase === 'ready' && preview.ok
      ? ((await driver.restartReason?.(desired, preview.value.text)) ?? null)
      : null;
  const before = enforcedFacts.enforced ?? settingsInForce(applied.value);
  const scanned = status.phase === 'ready' ? await engine.scan(shareOptions(before, settings)) : null;
  if (scanned !== null && !scanned.ok) return scanned;
  const rights = isRoot ? null : message('engine.apply-needs-root');
  return ok({
    capabilities: engine.capabilities,
    applied: applied.value,
    ...enforcedFacts,
    versions: versions.value,
    preferences: (await readUserSettings(paths.root)).preferences,
    engine: status,
    lint: engine.lintContext,
    backend: report,
    runtimeName: backend.runtimeName,
    engineConfig,
    restartReason,
    scan: scanned?.value ?? null,
    rights,
  });
}

/**
 * Under which shares of the draft the containers have to start again. Unchanged ones are left out: the plan
 * says nothing about them, and resolving every mount takes time.
 */
const shareOptions = (before: EffectiveSettings, draft: EffectiveSettings): Parameters<Target['scan']>[0] =>
  draft.eci.value && draft.mode === 'enforce' && differ(before, draft, listedPaths)
    ? { draftDirectories: listedPaths(draft) }
    : {};

/**
 * The policy that a running gateway enforces in place of a settings file that is unusable or missing; for a
 * missing one also the policy that the next start will enforce.
 */
async function enforcedElse(
  { paths, store }: OpenedEngine,
  applied: StoredText,
  versions: VersionState,
): Promise<Pick<PlanFacts, 'enforced' | 'restoresEnforced'>> {
  const differs = applied.exists ? !effectiveSettings(applied.text, applied).ok : versions.current > 0;
  if (!differs) return {};
  const state = await store.read();
  const { recorded, lastRecorded, recordedVersion, isMissing } = state.policyFacts;
  const record = isMissing ? lastRecorded : recorded;
  if (record === null) return {};
  const hasText = record.hash !== null && record.hash !== '';
  return {
    enforced: await readSettingsInForce(paths, state),
    restoresEnforced:
      hasText && (isMissing || applied.exists) && (recordedVersion !== null || record.stored === true),
  };
}

/** Whether a file exists that this user may not read. */
const unreadable = (file: string): Promise<boolean> =>
  access(file, constants.R_OK).then(
    () => false,
    (error: unknown) => systemCode(error) === 'EACCES',
  );
