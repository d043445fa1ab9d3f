import { isRunning, type ContainerScan } from '../../shared/containers/protection.ts';
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
import type { TargetCapabilities } from '../../shared/targets/capabilities.ts';
import type { StoredText } from '../base/files.ts';
import type { EngineConfigPlan } from '../daemon-json/daemon-json.ts';
import type { VersionState } from '../store/history.ts';
import type { RestartReason } from './driver.ts';
import type { Message } from '../../shared/messages/message.ts';

/** Everything a plan is made from, as found on the machine. */
export interface PlanFacts {
  readonly capabilities: TargetCapabilities;
  readonly applied: StoredText;
  readonly versions: VersionState;
  readonly engine: EngineStatus;
  /** What the lint knows of this machine. */
  readonly lint: LintContext;
  /** The backend the draft asks for, as tried here; null when there is none of that name. */
  readonly backend: BackendReport | null;
  /** Runtime name of that backend. */
  readonly runtimeName: string;
  /** What daemon.json would become. */
  readonly engineConfig: Result<EngineConfigPlan, AppError>;
  /** Why that takes a restart of the running engine; null where a reload is enough, or it does not run. */
  readonly restartReason: RestartReason | null;
  /** Null where the engine doesn't answer: then nothing is known about containers, and none can be chosen. */
  readonly scan: ContainerScan | null;
  /** Why this user can't apply, null when they can. */
  readonly rights: Message | null;
}

/**
 * What a settings text means for ECI. An applied text that can't be used counts as ECI on: the gateway locks
 * down then.
 */
export function settingsInForce(text: StoredText): EffectiveSettings {
  if (!text.exists) return defaultSettings;
  const settings = effectiveSettings(text.text, { exists: true });
  return settings.ok ? settings.value : lockedDownSettings;
}

/** Seconds a restart waits for running containers: they stop side by side, so the longest wait counts. */
export const stopWaitOf = (facts: Pick<PlanFacts, 'scan'>): number =>
  Math.max(
    0,
    ...(facts.scan?.containers ?? []).filter(isRunning).map((container) => container.stopWait ?? 0),
  );
