import type { ComponentType } from 'react';
import type { TFunction } from 'i18next';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { protectionIn, type Protection } from '../../shared/ipc/protection-state.ts';
import { enforcementOf, isAlarm, type Enforcement } from '../../shared/enforcement/enforcement.ts';
import { ErrorIcon } from '../theme/icons.ts';
import { stateIcon, stateTone } from './state-badge.tsx';
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

/** How the engine's state looks: the same beside its name and beside the headline of the Overview. */
export interface EngineMark {
  readonly icon: ComponentType<SvgIconProps>;
  readonly tone: Tone;
}

/** The severity of the engine's state, apart from what is in progress. */
export function engineMark({ engine }: Pick<AppState, 'engine'>, protection: Protection): EngineMark {
  const { state, enforcement } = protection;
  const icon = engine.phase === 'unreachable' ? stateIcon.unverified : stateIcon[state];
  if (engine.phase === 'failed') return { icon: ErrorIcon, tone: 'danger' };
  // As the notices above every page.
  if (engine.missingRoot !== undefined) return { icon, tone: 'danger' };
  switch (engine.phase) {
    case 'starting':
    case 'stopping':
    case 'restarting':
    case 'unreachable':
      return { icon, tone: 'warn' };
    case 'stopped':
    case 'ready':
      return { icon, tone: isAlarm(enforcement.difference) ? 'danger' : stateTone[state] };
  }
}

/** Status line below the engine's name, with what is in progress. */
export function engineLine(
  t: TFunction,
  app: AppState,
  protection: Protection,
): EngineMark & { readonly text: string } {
  const mark = engineMark(app, protection);
  if (app.run !== null && app.run.activity !== 'ended')
    return {
      text:
        app.run.activity === 'applying'
          ? t('frame.engine.applying', { version: app.run.toVersion })
          : t('frame.engine.rollingBack'),
      icon: stateIcon.unverified,
      tone: 'warn',
    };
  if (app.busy.engine !== null) return { ...mark, text: t(`frame.engine.${app.busy.engine}`), tone: 'warn' };
  return { ...mark, text: stateText(t, app, protection) };
}

function stateText(
  t: TFunction,
  { engine: { phase } }: AppState,
  { state, unprotected, enforcement }: Protection,
): string {
  switch (phase) {
    case 'failed':
    case 'starting':
    case 'stopping':
    case 'restarting':
      return t(`frame.engine.${phase}`);
    case 'unreachable':
      return t('frame.engine.phase.unreachable');
    case 'stopped':
    case 'ready':
      break;
  }
  if (isAlarm(enforcement.difference)) return t(`frame.enforcement.${enforcement.difference}`);
  if (state === 'protected' && unprotected !== null && unprotected > 0)
    return t('frame.engine.protectedExcept', { count: unprotected });
  // "ECI off", since "Off" below the engine's name would mean the engine.
  return state === 'off' ? t('frame.engine.eciOff') : t(`state.${state}`);
}
