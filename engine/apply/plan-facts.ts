import { isRunning, type Container, type ContainerScan } from '../../shared/containers/protection.ts';
import type { EngineStatus } from '../../shared/engine-status/status.ts';
import type { BackendReport } from '../../shared/isolation/requirements.ts';
import type { AppError, Result } from '../../shared/result.ts';
import {
  defaultSettings,
  effectiveSettings,
  lockedDownSettings,
  type EffectiveSettings,
} from '../../shared/settings/index.ts';
import type { LintContext } from '../../shared/settings/lint/index.ts';
import type { UserPreferences } from '../../shared/settings/preferences.ts';
import type { TargetCapabilities } from '../../shared/targets/capabilities.ts';
import { keepsContainers } from '../../shared/targets/live-restore.ts';
import type { StoredText } from '../base/files.ts';
import type { EngineConfigPlan } from '../daemon-json/daemon-json-merge.ts';
import type { VersionState } from '../store/history.ts';
import type { RestartReason } from './driver.ts';
import type { Message } from '../../shared/messages/message.ts';

/** All inputs of a plan, as found on the machine. */
export interface PlanFacts {
  readonly capabilities: TargetCapabilities;
  readonly applied: StoredText;
  /** What the gateway enforces, where that is not what the settings file says (lost, unusable). */
  readonly enforced?: EffectiveSettings;
  /** The settings file is unusable or deleted by mistake; a roll back writes what the gateway enforces. */
  readonly restoresEnforced?: boolean;
  readonly versions: VersionState;
  /** The stored preferences of users; missing if the engine supports none. */
  readonly preferences?: UserPreferences | null;
  readonly engine: EngineStatus;
  /** The linter's facts about this machine. */
  readonly lint: LintContext;
  /** The backend that the draft selects, as probed here; null if it does not exist. */
  readonly backend: BackendReport | null;
  /** Runtime name of that backend. */
  readonly runtimeName: string;
  /** The resulting daemon.json. */
  readonly engineConfig: Result<EngineConfigPlan, AppError>;
  /** Why that needs a restart of the running engine; null if a reload is enough, or if it does not run. */
  readonly restartReason: RestartReason | null;
  /** Null if the engine doesn't respond: then nothing is known about containers, and none can be chosen. */
  readonly scan: ContainerScan | null;
  /** Why this user can't apply; null: the user can. */
  readonly rights: Message | null;
}

/**
 * The meaning of a settings text for ECI. An applied text that is unusable counts as ECI on: the gateway
 * locks down then.
 */
export function settingsInForce(text: StoredText): EffectiveSettings {
  if (!text.exists) return defaultSettings;
  const settings = effectiveSettings(text.text, { exists: true });
  return settings.ok ? settings.value : lockedDownSettings;
}

/** The containers that a restart of the engine stops: none where live-restore keeps them running. */
export const stoppedByRestart = ({
  scan,
  engine,
  capabilities,
}: Pick<PlanFacts, 'scan' | 'engine' | 'capabilities'>): readonly Container[] =>
  keepsContainers(engine, capabilities, 'restart') ? [] : (scan?.containers ?? []).filter(isRunning);

/** Seconds a restart waits for running containers: they stop concurrently, so the longest wait counts. */
export const stopWaitOf = (facts: Parameters<typeof stoppedByRestart>[0]): number =>
  Math.max(0, ...stoppedByRestart(facts).map((container) => container.stopWait ?? 0));
