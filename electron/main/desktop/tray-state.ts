import type { AppState } from '../../../shared/ipc/app-state.ts';
import { protectionIn } from '../../../shared/ipc/protection.ts';
import type { EngineFacts } from '../../../shared/desktop/notices.ts';
import type { DesktopLabels } from '../../../shared/desktop/labels.ts';
import { isAlarm } from '../../../shared/enforcement/enforcement.ts';
import { effectiveSettings } from '../../../shared/settings/index.ts';
import { missingBecause } from '../../../shared/targets/capabilities.ts';

/** Shapes drawn by scripts/icons.mjs. */
export type TrayIcon = 'protected' | 'unverified' | 'off' | 'stopped' | 'failed' | 'working';

/** What the tray displays and offers. */
export interface TrayState {
  readonly icon: TrayIcon;
  readonly sentence: string;
  readonly canVerify: boolean;
  /** The action of the engine item; null if there is none now. */
  readonly engine: 'start' | 'stop' | null;
}

const protection = (state: AppState, now: number) =>
  protectionIn(state, effectiveSettings(state.settings.applied, { exists: state.settings.exists }), now);
const applying = (state: AppState): boolean =>
  (state.run !== null && state.run.activity !== 'ended') ||
  (state.recreation !== null && state.recreation.activity !== 'ended') ||
  state.busy.beginning;

/** The facts that notices depend on. */
export function factsOf(state: AppState, now: number): EngineFacts {
  return {
    phase: state.engine.phase,
    broken: state.engine.problem !== null,
    protection: protection(state, now).state,
    scan: state.scan,
    expected: applying(state) || state.busy.engine !== null || state.busy.verifying,
  };
}

export function trayState(state: AppState, labels: DesktopLabels, now: number): TrayState {
  const { phase } = state.engine;
  const driven = state.target.capabilities.controlFromTray;
  const idle = !applying(state) && state.busy.engine === null;
  const base = {
    canVerify:
      idle &&
      phase === 'ready' &&
      !state.busy.verifying &&
      missingBecause(state.target.capabilities, 'verify') === null,
    engine:
      !idle || !driven
        ? null
        : phase === 'ready'
          ? ('stop' as const)
          : phase === 'stopped' || phase === 'failed'
            ? ('start' as const)
            : null,
  };
  if (!idle || phase === 'starting' || phase === 'stopping' || phase === 'restarting')
    return { ...base, icon: 'working', sentence: labels.state.working };
  if (phase === 'failed') return { ...base, icon: 'failed', sentence: labels.state.failed };
  if (phase === 'unreachable') return { ...base, icon: 'unverified', sentence: labels.state.unreachable };
  const { state: shown, unprotected, enforcement } = protection(state, now);
  const { difference } = enforcement;
  if (shown !== 'stopped' && isAlarm(difference))
    return { ...base, icon: 'failed', sentence: labels.state[difference] };
  const icon: TrayIcon = shown === 'audit' ? 'unverified' : shown;
  return {
    ...base,
    icon,
    sentence:
      shown === 'protected' && unprotected !== null && unprotected > 0
        ? labels.except(unprotected)
        : labels.state[shown],
  };
}
