import type { ComponentType } from 'react';
import type { TFunction } from 'i18next';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import {
  AllowedIcon,
  DeniedIcon,
  EyeIcon,
  InfoIcon,
  RestartIcon,
  RollbackIcon,
  StopsIcon,
  UnprotectedIcon,
} from '../../theme/icons.ts';
import type { Tone } from '../../theme/tokens.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import { countByProtection, isRunning } from '../../../shared/containers/protection.ts';
import { missingBecause } from '../../../shared/targets/capabilities.ts';
import { keepsContainers } from '../../../shared/targets/live-restore.ts';
import { joinSentences } from '../../i18n/lists.ts';

/** One effect of turning ECI on or off, or of ECI. */
export interface Effect {
  readonly key: string;
  readonly icon: ComponentType<SvgIconProps>;
  readonly tone: Tone;
  readonly text: string;
  readonly action?: boolean;
}

/** Whether the draft turns ECI on or off, or neither. */
export const eciTransition = (before: boolean, after: boolean): 'on' | 'off' | null =>
  before === after ? null : after ? 'on' : 'off';

/** ECI now and in the draft; and how existing containers are treated. */
export interface EciChange {
  readonly before: boolean;
  readonly after: boolean;
  readonly existing: 'block' | 'warn';
  /** Rules deny nothing. */
  readonly audit: boolean;
  /** Every image may mount the Docker socket. */
  readonly anyImage: boolean;
}

type Engine = Pick<AppState, 'scan' | 'engine' | 'target'>;

/** Effects of turning ECI on (or off) on this engine, or the current ones. */
export function effectsOf(t: TFunction, app: Engine, change: EciChange): readonly Effect[] {
  const { before, after } = change;
  const turning = eciTransition(before, after);
  const rules = ruleEffects(t, app, change);
  const left = leftEffects(t, app, change);
  const first = firstEffects(t, app);
  const view = viewEffects(t, app);
  if (turning === 'on')
    return [
      ...first,
      ...left,
      ...rules,
      ...view,
      { key: 'verified', icon: RollbackIcon, tone: 'neutral', text: t('isolation.does.verified') },
    ];
  if (turning === 'off')
    return [
      ...first,
      { key: 'off', icon: InfoIcon, tone: 'neutral', text: t('isolation.does.offMeans') },
      { key: 'still', icon: InfoIcon, tone: 'neutral', text: t('isolation.does.stillRun') },
      { key: 'restored', icon: RollbackIcon, tone: 'neutral', text: t('isolation.does.restored') },
    ];
  return after ? [...rules, ...left] : [...first, ...left, ...rules, ...view];
}

/** A reload of the engine; or its restart, with what it stops. */
function firstEffects(t: TFunction, state: Engine): readonly Effect[] {
  const { scan, engine, target } = state;
  const { capabilities } = target;
  const ready = engine.phase === 'ready';
  const running = scan?.containers.filter(isRunning).length ?? engine.counts?.running ?? null;
  if (ready && capabilities.reconfiguredBy === 'reload')
    return [{ key: 'reload', icon: InfoIcon, tone: 'neutral', text: t('isolation.does.reload') }];
  return [
    {
      key: 'restart',
      icon: RestartIcon,
      tone: 'warn',
      text: capabilities.restarts === 'application' ? t('target.does.restart') : t('isolation.does.restart'),
    },
    ...(capabilities.fileEnforcesSignIn
      ? [{ key: 'sign-in', icon: InfoIcon, tone: 'warn' as const, text: t('target.does.signIn') }]
      : []),
    ...(ready && running !== null ? [runningEffect(t, running, state)] : []),
  ];
}

/** What the restart means for running containers. */
function runningEffect(t: TFunction, running: number, { engine, target: { capabilities } }: Engine): Effect {
  const effect = { key: 'stops', icon: StopsIcon, tone: 'neutral' } as const;
  if (running === 0) return { ...effect, text: t('isolation.does.stopsNone') };
  return keepsContainers(engine, capabilities, 'restart')
    ? { ...effect, icon: InfoIcon, text: t('isolation.does.keepsRunning', { count: running }) }
    : { ...effect, tone: 'warn', text: t('isolation.does.stops', { count: running }) };
}

/** What containers may and may not do under ECI. */
const ruleEffects = (
  t: TFunction,
  { target: { capabilities } }: Engine,
  { audit, anyImage }: Pick<EciChange, 'audit' | 'anyImage'>,
): readonly Effect[] => [
  { key: 'ids', icon: AllowedIcon, tone: 'ok', text: t('isolation.does.ids') },
  { key: 'privileged', icon: AllowedIcon, tone: 'ok', text: t('isolation.does.privileged') },
  ...(audit
    ? [{ key: 'audit', icon: EyeIcon, tone: 'warn' as const, text: t('isolation.does.auditRules') }]
    : [
        { key: 'host', icon: DeniedIcon, tone: 'neutral' as const, text: t('isolation.does.host') },
        anyImage
          ? { key: 'socket', icon: InfoIcon, tone: 'warn' as const, text: t('isolation.does.socketAny') }
          : {
              key: 'socket',
              icon: DeniedIcon,
              tone: 'neutral' as const,
              text: t('isolation.does.socketRule'),
            },
        { key: 'mount', icon: DeniedIcon, tone: 'neutral' as const, text: t('isolation.does.mountRule') },
      ]),
  ...(capabilities.isolatedBy === 'product'
    ? [{ key: 'own', icon: InfoIcon, tone: 'neutral' as const, text: t('target.does.own') }]
    : []),
];

/**
 * Containers that stay unprotected. While ECI is off all containers count, since each was created without it.
 */
function leftEffects(
  t: TFunction,
  { scan, target: { capabilities } }: Engine,
  { before, after, existing }: EciChange,
): readonly Effect[] {
  const count = after ? countByProtection(scan?.containers ?? []).unprotected : 0;
  if (count === 0) return [];
  return [
    {
      key: 'exist',
      icon: UnprotectedIcon,
      tone: 'danger',
      text:
        missingBecause(capabilities, 'existing-containers') !== null
          ? t('isolation.does.unprotected', { count })
          : joinSentences(t, [
              t('isolation.does.unprotected', { count }),
              existing === 'block' ? t('isolation.does.blocked') : t('isolation.does.warned'),
            ]),
      action: eciTransition(before, after) === 'on',
    },
  ];
}

/** ECI keeps the image store: images, volumes and networks stay visible. */
function viewEffects(t: TFunction, { engine }: Engine): readonly Effect[] {
  const images = engine.counts?.images ?? null;
  if (images === null) return [];
  return [
    {
      key: 'view',
      icon: EyeIcon,
      tone: 'neutral',
      text: t('isolation.does.images', { count: images }),
    },
  ];
}
