import { useState, type ComponentType, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import { useDraft, useSnapshotPart, useStore } from '../../state/context.tsx';
import { Card } from '../../components/card.tsx';
import { JsonIcon, RollbackIcon } from '../../theme/icons.ts';
import { withCode } from '../../components/mono.tsx';
import { formatDuration, useFormats } from '../../i18n/format.ts';
import { color, toneText, type Tone } from '../../theme/tokens.ts';
import type { ApplyPlan, PlanEffect } from '../../../shared/apply/plan.ts';
import { ExistingContainersDialog } from '../../components/existing-containers-dialog.tsx';
import { RecreateItems } from '../../components/recreate-items.tsx';
import { DangerousSharesList } from './dangerous-shares-list.tsx';
import { effectLabels, kindStyle, someNames } from './effect-labels.ts';

/** The row that gets the "Choose…" button: kept containers, else removed ones. */
function questionEffect({ effects }: ApplyPlan): PlanEffect['code'] {
  const has = (code: PlanEffect['code']) => effects.some((effect) => effect.code === code);
  if (has('containers-kept-unprotected')) return 'containers-kept-unprotected';
  return has('containers-recreated') ? 'containers-recreated' : 'containers-removed';
}

/** Whether errors in the draft keep it from having effects. */
const isUnplanned = ({ blockers, effects }: ApplyPlan): boolean =>
  effects.length === 0 && blockers.some(({ code }) => code === 'findings');

/** The keys of the engine's configuration that the plan changes. */
const configuredKeys = ({ daemonJson }: ApplyPlan): readonly string[] =>
  daemonJson
    .filter((change) => change.kind !== 'conflict')
    .map((change) => change.pointer.slice(1).replaceAll('~1', '/').replaceAll('~0', '~'));

/**
 * The plan as a list: effects during the apply, and the state afterwards. Choices about containers are opened
 * from here.
 */
export function EffectsCard({ plan }: { readonly plan: ApplyPlan }) {
  const { t } = useTranslation();
  if (isUnplanned(plan))
    return (
      <Card title={t('review.happen.title')}>
        <Box sx={{ padding: 2, color: color.text2 }}>{t('review.happen.unplanned')}</Box>
      </Card>
    );
  return <PlannedEffects plan={plan} />;
}

function PlannedEffects({ plan }: { readonly plan: ApplyPlan }) {
  const { t } = useTranslation();
  const store = useStore();
  const choices = useSnapshotPart((snapshot) => snapshot.choices);
  const [choosing, setChoosing] = useState(false);
  const { settings } = useDraft().draft;
  const audit = plan.eciAfter && settings.ok && settings.value.mode === 'audit';
  const choosable = plan.unprotected.length > 0;
  const effects = (when: 'while-applying' | 'afterwards'): ReactNode[] =>
    plan.effects
      .filter((effect) => effect.when === when)
      .map((effect) => (
        <PlannedEffect
          key={`${effect.code} ${String(effect.params['image'] ?? effect.params['limits'] ?? '')}`}
          effect={effect}
          plan={plan}
          {...(choosable && effect.code === questionEffect(plan)
            ? {
                onChoose: () => {
                  setChoosing(true);
                },
              }
            : {})}
        />
      ));
  const [first, ...rest] = effects('while-applying');
  const keys = configuredKeys(plan);
  const now = first !== undefined || keys.length > 0;
  const afterwards = effects('afterwards');
  return (
    <Card
      title={t('review.happen.title')}
      actions={t('review.happen.about', { duration: formatDuration(t, plan.estimatedSeconds) })}
    >
      {now && (
        <Group title={t('review.happen.now')}>
          {first}
          {keys.length > 0 && <ConfigurationRow plan={plan} keys={keys} />}
          {rest}
        </Group>
      )}
      {afterwards.length > 0 && <Group title={t('review.happen.afterwards')}>{afterwards}</Group>}
      {!now && afterwards.length === 0 && (
        <Box sx={{ padding: 2, color: color.text2 }}>{t('review.happen.nothing')}</Box>
      )}
      <Box sx={{ background: color.subtle, borderTop: `1px solid ${color.border}` }}>
        <EffectRow
          as="div"
          icon={RollbackIcon}
          tone="neutral"
          title={t(audit ? 'review.ends.titleAudit' : 'review.ends.title')}
          why={t(`review.ends.${!plan.eciAfter ? 'healthy' : audit ? 'audit' : 'verified'}`)}
        />
      </Box>
      <ExistingContainersDialog
        open={choosing}
        containers={plan.unprotected}
        initial={choices}
        onCancel={() => {
          setChoosing(false);
        }}
        onContinue={(next) => {
          store.setChoices(next);
          setChoosing(false);
        }}
      />
    </Card>
  );
}

/** One effect of the plan with its details. `onChoose`: opens the choices about the containers. */
function PlannedEffect({
  effect,
  plan,
  onChoose,
}: {
  readonly effect: PlanEffect;
  readonly plan: ApplyPlan;
  readonly onChoose?: () => void;
}) {
  const { t } = useTranslation();
  const { list } = useFormats();
  const { icon, tone } = kindStyle[effect.kind];
  const labels = effectLabels(t, effect, { list, plan });
  return (
    <EffectRow
      icon={icon}
      tone={tone}
      title={labels.title}
      why={labels.why}
      tag={labels.tag}
      action={
        onChoose !== undefined && (
          <Button size="small" onClick={onChoose}>
            {t('review.happen.choose')}
          </Button>
        )
      }
      more={
        effect.code === 'dangerous-shares' ? (
          <DangerousSharesList findings={plan.findings} />
        ) : (
          effect.code === 'containers-recreated' &&
          plan.recreation !== undefined && <RecreateItems groups={plan.recreation.groups} busy={false} />
        )
      }
    />
  );
}

function ConfigurationRow({ plan, keys }: { readonly plan: ApplyPlan; readonly keys: readonly string[] }) {
  const { t } = useTranslation();
  return (
    <EffectRow
      icon={JsonIcon}
      tone="neutral"
      title={t('review.effect.daemonJson', { count: keys.length })}
      why={
        plan.eciAfter
          ? t('review.effect.daemonJsonWhy', { keys: someNames(t, keys) })
          : t('review.effect.daemonJsonBack', { keys: someNames(t, keys) })
      }
      tag={t('review.kind.configured')}
    />
  );
}

function Group({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <>
      <Box
        component="h3"
        sx={{
          margin: 0,
          padding: '5px 16px',
          fontSize: 12,
          lineHeight: '16px',
          fontWeight: 500,
          color: color.text3,
          background: color.subtle,
          borderTop: `1px solid ${color.border}`,
          borderBottom: `1px solid ${color.border}`,
          '&:first-of-type': { borderTop: 0 },
        }}
      >
        {title}
      </Box>
      <Box component="ul" aria-label={title} sx={{ listStyle: 'none', margin: 0, padding: 0 }}>
        {children}
      </Box>
    </>
  );
}

function EffectRow({
  icon: Icon,
  tone,
  title,
  why,
  tag,
  action,
  more,
  as = 'li',
}: {
  readonly icon: ComponentType<SvgIconProps>;
  readonly tone: Tone;
  readonly title: string;
  readonly why: string;
  readonly tag?: string;
  readonly action?: ReactNode;
  readonly more?: ReactNode;
  readonly as?: 'li' | 'div';
}) {
  return (
    <Box
      component={as}
      sx={{
        display: 'flex',
        alignItems: 'flex-start',
        gap: '12px',
        padding: '8px 16px',
        '& + &': { borderTop: `1px solid ${color.border}` },
      }}
    >
      <Icon sx={{ fontSize: 20, color: toneText[tone], flexShrink: 0, marginTop: '1px' }} aria-hidden />
      <Box sx={{ flex: 1, minWidth: 0 }}>
        <Box sx={{ display: 'flex', gap: 2, alignItems: 'flex-start' }}>
          <Box
            sx={{
              flex: 1,
              minWidth: 0,
              fontWeight: 600,
              color: color.text,
              lineHeight: '20px',
              overflowWrap: 'anywhere',
            }}
          >
            {withCode(title)}
          </Box>
          {tag !== undefined && (
            <Box
              sx={{
                fontSize: 12,
                lineHeight: '20px',
                fontWeight: tone === 'neutral' ? 400 : 500,
                color: toneText[tone],
                whiteSpace: 'nowrap',
              }}
            >
              {tag}
            </Box>
          )}
        </Box>
        <Box sx={{ display: 'flex', gap: 2, alignItems: 'flex-start' }}>
          <Box
            sx={{
              flex: 1,
              minWidth: 0,
              fontSize: 12,
              lineHeight: '16px',
              color: color.text2,
              overflowWrap: 'anywhere',
            }}
          >
            {why}
          </Box>
          {action}
        </Box>
        {more !== undefined && more !== false && <Box sx={{ paddingTop: '8px' }}>{more}</Box>}
      </Box>
    </Box>
  );
}
