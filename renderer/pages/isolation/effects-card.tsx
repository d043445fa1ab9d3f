import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import { useApp } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
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
import { withCode } from '../../components/mono.tsx';
import { color, toneText, type Tone } from '../../theme/tokens.ts';
import { isRunning } from '../../../shared/containers/protection.ts';
import { missingBecause } from '../../../shared/targets/capabilities.ts';
import { sentences } from '../../i18n/lists.ts';

interface Effect {
  readonly key: string;
  readonly icon: ComponentType<SvgIconProps>;
  readonly tone: Tone;
  readonly text: string;
  readonly action?: boolean;
}

/**
 * What ECI means on this very engine: what turning it on (or off) will do, counted here, or what it does now.
 */
export function EffectsCard({
  before,
  after,
  existing,
  onChoose,
}: {
  readonly before: boolean;
  readonly after: boolean;
  readonly existing: 'block' | 'warn';
  readonly onChoose: () => void;
}) {
  const { t } = useTranslation();
  const { scan, engine, target } = useApp();
  const { capabilities } = target;
  const ready = engine.phase === 'ready';
  const turning = before === after ? null : after ? 'on' : 'off';
  const running = scan?.containers.filter(isRunning).length ?? engine.counts?.running ?? null;
  const images = engine.counts?.images ?? null;
  // While ECI is off every container counts: each was made without it.
  const exist =
    scan === null
      ? null
      : after && !before
        ? scan.containers.filter((c) => !c.protected).length
        : after
          ? scan.containers.filter((c) => !c.protected).length
          : 0;

  const reload: Effect[] = [
    { key: 'reload', icon: InfoIcon, tone: 'neutral', text: t('isolation.does.reload') },
  ];
  const restart: Effect[] = [
    {
      key: 'restart',
      icon: RestartIcon,
      tone: 'warn',
      text: capabilities.restarts === 'application' ? t('target.does.restart') : t('isolation.does.restart'),
    },
    ...(capabilities.fileEnforcesSignIn
      ? [{ key: 'sign-in', icon: InfoIcon, tone: 'warn' as const, text: t('target.does.signIn') }]
      : []),
    ...(ready && running !== null
      ? [
          {
            key: 'stops',
            icon: StopsIcon,
            tone: running > 0 ? ('warn' as const) : ('neutral' as const),
            text: running > 0 ? t('isolation.does.stops', { count: running }) : t('isolation.does.stopsNone'),
          },
        ]
      : []),
  ];
  const rules: Effect[] = [
    { key: 'ids', icon: AllowedIcon, tone: 'ok', text: t('isolation.does.ids') },
    { key: 'privileged', icon: AllowedIcon, tone: 'ok', text: t('isolation.does.privileged') },
    { key: 'host', icon: DeniedIcon, tone: 'neutral', text: t('isolation.does.host') },
    { key: 'socket', icon: DeniedIcon, tone: 'neutral', text: t('isolation.does.socketRule') },
    { key: 'mount', icon: DeniedIcon, tone: 'neutral', text: t('isolation.does.mountRule') },
  ];
  const left: Effect[] =
    exist !== null && exist > 0
      ? [
          {
            key: 'exist',
            icon: UnprotectedIcon,
            tone: 'danger',
            text:
              missingBecause(capabilities, 'existing-containers') !== null
                ? t('isolation.does.unprotected', { count: exist })
                : sentences(t, [
                    t('isolation.does.unprotected', { count: exist }),
                    existing === 'block' ? t('isolation.does.blocked') : t('isolation.does.warned'),
                  ]),
            action: turning === 'on',
          },
        ]
      : [];
  if (capabilities.isolatedBy === 'product')
    rules.push({ key: 'own', icon: InfoIcon, tone: 'neutral', text: t('target.does.own') });
  const view: Effect[] =
    images === null
      ? []
      : [
          {
            key: 'view',
            icon: EyeIcon,
            tone: 'neutral',
            text: t('isolation.does.images', { count: images }),
          },
        ];
  const first = ready && capabilities.reconfiguredBy === 'reload' ? reload : restart;
  const effects: Effect[] =
    turning === 'on'
      ? [
          ...first,
          ...left,
          ...rules,
          ...view,
          { key: 'verified', icon: RollbackIcon, tone: 'neutral', text: t('isolation.does.verified') },
        ]
      : turning === 'off'
        ? [
            ...first,
            { key: 'off', icon: InfoIcon, tone: 'neutral', text: t('isolation.does.offMeans') },
            { key: 'still', icon: InfoIcon, tone: 'neutral', text: t('isolation.does.stillRun') },
            { key: 'restored', icon: RollbackIcon, tone: 'neutral', text: t('isolation.does.restored') },
          ]
        : after
          ? [...rules, ...left]
          : [...first, ...left, ...rules, ...view];

  if (missingBecause(capabilities, 'turn-on-eci') !== null) return null;
  return (
    <Card
      title={
        turning === 'off'
          ? t('isolation.does.titleOff')
          : turning === 'on' || !after
            ? t('isolation.does.titleOn')
            : t('isolation.does.titleIs')
      }
    >
      <Box component="ul" sx={{ listStyle: 'none', margin: 0, padding: '10px 16px' }}>
        {effects.map((effect) => (
          <Box
            component="li"
            key={effect.key}
            sx={{
              display: 'flex',
              alignItems: 'center',
              gap: '10px',
              minHeight: 28,
              color: color.text2,
              padding: '2px 0',
            }}
          >
            <effect.icon sx={{ fontSize: 18, color: toneText[effect.tone], flexShrink: 0 }} aria-hidden />
            <Box sx={{ flex: 1, minWidth: 0, maxWidth: 720 }}>{withCode(effect.text)}</Box>
            {effect.action === true && (
              <Button size="small" onClick={onChoose}>
                {t('isolation.does.choose')}
              </Button>
            )}
          </Box>
        ))}
        {!ready && turning !== null && (
          <Box component="li" sx={{ color: color.text3, fontSize: 12 }}>
            {t('isolation.does.engineDown')}
          </Box>
        )}
      </Box>
    </Card>
  );
}
