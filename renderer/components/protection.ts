import type { TFunction } from 'i18next';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { protectionIn, type Protection } from '../../shared/ipc/protection-state.ts';
import { enforcementOf, isAlarm, type Enforcement } from '../../shared/enforcement/enforcement.ts';
import { stateTone } from './state-badge.tsx';
import type { Tone } from '../theme/tokens.ts';
import { viewDocument } from '../state/draft-view.ts';

export type { Protection };

/** Protection state of the engine, derived from the app's state. */
export const protectionOf = (app: AppState, now: number): Protection =>
  protectionIn(app, viewDocument(app.settings.applied, app.settings.exists).settings, now);

/** Which policy is enforced in this state of the window. */
export const enforcementIn = ({
  target: { capabilities },
  engine,
  settings,
}: Pick<AppState, 'target' | 'engine' | 'settings'>): Enforcement =>
  enforcementOf({
    capabilities,
    engine,
    settings,
    applied: viewDocument(settings.applied, settings.exists).settings,
  });

/** Status line below the engine's name. */
export function engineLine(
  t: TFunction,
  app: AppState,
  protection: Protection,
): { readonly text: string; readonly tone: Tone } {
  if (app.run !== null && app.run.activity === 'applying')
    return { text: t('frame.engine.applying', { version: app.run.toVersion }), tone: 'warn' };
  if (app.run !== null && app.run.activity !== 'ended')
    return { text: t('frame.engine.rollingBack'), tone: 'warn' };
  if (app.busy.engine !== null) return { text: t(`frame.engine.${app.busy.engine}`), tone: 'warn' };
  switch (app.engine.phase) {
    case 'failed':
      return { text: t('frame.engine.failed'), tone: 'danger' };
    case 'starting':
      return { text: t('frame.engine.starting'), tone: 'warn' };
    case 'stopping':
      return { text: t('frame.engine.stopping'), tone: 'warn' };
    case 'restarting':
      return { text: t('frame.engine.restarting'), tone: 'warn' };
    case 'unreachable':
      return { text: t('frame.engine.phase.unreachable'), tone: 'warn' };
    case 'stopped':
    case 'ready':
      break;
  }
  const { state, unprotected, enforcement } = protection;
  if (isAlarm(enforcement.difference))
    return { text: t(`frame.enforcement.${enforcement.difference}`), tone: 'danger' };
  if (state === 'protected' && unprotected !== null && unprotected > 0)
    return { text: t('frame.engine.protectedExcept', { count: unprotected }), tone: 'ok' };
  // "ECI off", since "Off" below the engine's name would mean the engine.
  return { text: state === 'off' ? t('frame.engine.eciOff') : t(`state.${state}`), tone: stateTone[state] };
}
