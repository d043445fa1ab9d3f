import { useEffect, useRef, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import CircularProgress from '@mui/material/CircularProgress';
import { useApp } from '../../state/context.tsx';
import { CheckIcon, CloseIcon } from '../../theme/icons.ts';
import { color } from '../../theme/tokens.ts';
import type { ApplyRun, ApplyStepStatus } from '../../../shared/apply/run.ts';
import { RecreationRows } from './recreation-rows.tsx';
import { stepDetail } from './step-detail.ts';
import { useElapsed } from './use-elapsed.ts';

/** Tenths below ten seconds, whole ones above: "< 0.1 s", "0.3 s", "14 s". */
function stepSeconds(t: TFunction, language: string, ms: number): string {
  const tenths = (value: number) =>
    value.toLocaleString(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return t('review.seconds', {
    value: ms < 50 ? `< ${tenths(0.1)}` : ms < 9950 ? tenths(ms / 1000) : Math.round(ms / 1000),
  });
}

/** What a run rolls back to: "version 11", or that there was no file before the first. */
export const previousVersion = (t: TFunction, run: ApplyRun): string =>
  run.fromVersion === 0 ? t('review.before.none') : t('review.before.version', { version: run.fromVersion });

type StepState = ApplyStepStatus['state'];

/** The steps of a run, each with its result and duration; a roll back is an extra step at the end. */
export function StepList({ run }: { readonly run: ApplyRun }) {
  const { t } = useTranslation();
  const isRollingBack =
    run.activity === 'rolling-back' ||
    run.activity === 'cancelling' ||
    run.outcome?.kind === 'rolled-back' ||
    run.outcome?.kind === 'rollback-failed';
  // Pending steps are hidden during a roll back.
  const steps = isRollingBack ? run.steps.filter((step) => step.state !== 'waiting') : run.steps;
  const last = steps.findLast(
    (step) => step.state === 'running' || step.state === 'done' || step.state === 'failed',
  );
  const backState: StepState =
    run.outcome === null ? 'running' : run.outcome.kind === 'rolled-back' ? 'done' : 'failed';
  return (
    <>
      <Box
        component="ol"
        aria-label={t('review.run.steps')}
        sx={{ listStyle: 'none', margin: 0, padding: 0 }}
      >
        {steps.map((step, index) => (
          <Step
            key={step.step}
            step={step}
            keepsContainers={run.keepsContainers === true}
            last={index === steps.length - 1 && !isRollingBack}
            rows={step.step === 'recreate' ? <RecreationRows run={run} /> : undefined}
          />
        ))}
        {isRollingBack && (
          <StepRow
            state={backState}
            name={t('review.run.rollBackStep')}
            what={t('review.run.rollBackWhat', { what: previousVersion(t, run) })}
            time=""
            last
          />
        )}
      </Box>
      {/* Results of steps, for screen readers. */}
      <Box role="status" className="visually-hidden">
        {last !== undefined &&
          t('review.run.announce', {
            step: t(`review.step.${last.step}`),
            state: t(`review.stepState.${last.state}`),
          })}
      </Box>
    </>
  );
}

function Step({
  step,
  keepsContainers,
  last,
  rows,
}: {
  readonly step: ApplyStepStatus;
  readonly keepsContainers: boolean;
  readonly last: boolean;
  readonly rows?: ReactNode;
}) {
  const { t, i18n } = useTranslation();
  const elapsed = useElapsed(step.startedAt ?? '', step.state === 'running');
  const time =
    step.durationMs !== null
      ? stepSeconds(t, i18n.language, step.durationMs)
      : step.state === 'running'
        ? t('review.seconds', { value: Math.floor(elapsed / 1000) })
        : '';
  const { name, description } = useStepLabels(step.step, keepsContainers);
  const what =
    step.state === 'skipped'
      ? t('review.stepState.skipped')
      : step.detail !== null
        ? stepDetail(t, step.detail, step.sentence)
        : description;
  return <StepRow state={step.state} name={name} what={what} time={time} last={last} rows={rows} />;
}

/** A step's name and description on the open engine. */
function useStepLabels(
  step: ApplyStepStatus['step'],
  keepsContainers: boolean,
): {
  readonly name: string;
  readonly description: string;
} {
  const { t } = useTranslation();
  const kept = keepsContainers && step === 'restart-engine';
  const labels = {
    name: t(`review.step.${step}`),
    description: kept ? t('review.containersKept') : t(`review.stepWhat.${step}`),
  };
  if (useApp().target.capabilities.restarts !== 'application') return labels;
  switch (step) {
    case 'back-up':
      return { ...labels, description: t('target.stepWhat.back-up') };
    case 'reconfigure':
    case 'restart-engine':
    case 'health-check':
      return { name: t(`target.step.${step}`), description: t(`target.stepWhat.${step}`) };
    default:
      return labels;
  }
}

function StepRow({
  state,
  name,
  what,
  time,
  last,
  rows,
}: {
  readonly state: StepState;
  readonly name: string;
  readonly what: string;
  readonly time: string;
  readonly last: boolean;
  readonly rows?: ReactNode;
}) {
  const row = useRef<HTMLLIElement>(null);
  const dim = state === 'waiting' || state === 'skipped';
  useEffect(() => {
    if (state === 'running') row.current?.scrollIntoView({ block: 'nearest' });
  }, [state]);
  return (
    <Box
      component="li"
      ref={row}
      data-state={state}
      aria-current={state === 'running' ? 'step' : undefined}
      sx={{ display: 'grid', gridTemplateColumns: '20px minmax(0, 1fr)', columnGap: '12px' }}
    >
      <StepRail state={state} last={last} />
      <Box sx={{ minWidth: 0, paddingBottom: last ? 0 : 2 }}>
        <Box sx={{ display: 'flex', gap: 2 }}>
          <Box
            sx={{
              flex: 1,
              minWidth: 0,
              color: dim ? color.text2 : color.text,
              fontWeight: state === 'running' || state === 'failed' ? 600 : 500,
              lineHeight: '20px',
            }}
          >
            {name}
          </Box>
          <Box
            sx={{ fontSize: 12, lineHeight: '20px', color: color.text2, fontVariantNumeric: 'tabular-nums' }}
          >
            {time}
          </Box>
        </Box>
        <Box
          className="selectable"
          sx={{
            fontSize: 12,
            lineHeight: '16px',
            color: state === 'failed' ? color.danger : dim ? color.text3 : color.text2,
            overflowWrap: 'anywhere',
          }}
        >
          {what}
        </Box>
        {rows}
      </Box>
    </Box>
  );
}

/** The step's icon, and the line to the next step. */
function StepRail({ state, last }: { readonly state: StepState; readonly last: boolean }) {
  const { t } = useTranslation();
  return (
    <Box
      sx={{
        display: 'flex',
        flexDirection: 'column',
        alignItems: 'center',
        gap: '4px',
        paddingBottom: last ? 0 : '4px',
      }}
    >
      <StepIcon state={state} label={t(`review.stepState.${state}`)} />
      {!last && (
        <Box
          aria-hidden
          sx={{
            flex: 1,
            width: '2px',
            minHeight: 12,
            background: state === 'done' ? color.ok : color.border,
            opacity: state === 'done' ? 0.55 : 1,
          }}
        />
      )}
    </Box>
  );
}

function StepIcon({ state, label }: { readonly state: StepState; readonly label: string }) {
  const round = (background: string, tone: string, icon: ReactNode, border = 'transparent') => (
    <Box
      role="img"
      aria-label={label}
      sx={{
        width: 20,
        height: 20,
        boxSizing: 'border-box',
        borderRadius: '50%',
        display: 'grid',
        placeItems: 'center',
        background,
        color: tone,
        border: `1px solid ${border}`,
        flexShrink: 0,
        '@media (forced-colors: active)': { borderColor: 'CanvasText' },
      }}
    >
      {icon}
    </Box>
  );
  switch (state) {
    case 'done':
      return round(color.okSoft, color.ok, <CheckIcon sx={{ fontSize: 14 }} aria-hidden />);
    case 'failed':
      return round(color.dangerSoft, color.danger, <CloseIcon sx={{ fontSize: 14 }} aria-hidden />);
    case 'running':
      return (
        <Box sx={{ width: 20, height: 20, display: 'grid', placeItems: 'center', flexShrink: 0 }}>
          <CircularProgress size={18} thickness={5} aria-label={label} />
        </Box>
      );
    case 'waiting':
      return round('transparent', color.text3, null, color.control);
    case 'skipped':
      return round(
        'transparent',
        color.text3,
        <Box aria-hidden sx={{ width: 8, height: 2, background: color.control }} />,
        color.borderStrong,
      );
  }
}
