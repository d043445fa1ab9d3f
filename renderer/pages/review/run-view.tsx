import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useRequest } from '../../state/actions.ts';
import { ConfirmDialog, DialogText } from '../../components/confirm-dialog.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { FooterBar, Page } from '../../components/page.tsx';
import { formatDuration, formatElapsed } from '../../i18n/format.ts';
import { color, oneColumn } from '../../theme/tokens.ts';
import type { ApplyRun } from '../../../shared/apply/run.ts';
import { applyStepTable, type StepChange } from '../../../shared/apply/steps.ts';
import { LogPanel } from './log-panel.tsx';
import { RunEnd } from './run-end.tsx';
import { RunEndFooter } from './run-end-footer.tsx';
import { StepList, previousVersion } from './step-list.tsx';
import { useElapsed } from './use-elapsed.ts';

/** The run, live, and its result. Main runs it: the page may be left and opened again. */
export function RunView({ run }: { readonly run: ApplyRun }) {
  const { t } = useTranslation();
  const ended = run.activity === 'ended';
  const runningFor = useElapsed(run.startedAt, !ended);
  const elapsed =
    run.endedAt === null ? runningFor : Math.max(0, Date.parse(run.endedAt) - Date.parse(run.startedAt));
  const forward = run.activity === 'applying';
  const at = run.steps.findIndex((step) => step.state === 'running');
  const done = run.steps.filter((step) => step.state === 'done' || step.state === 'skipped').length;
  const seconds = formatElapsed(t, elapsed / 1000);
  const time = ended
    ? t('review.run.took', { duration: seconds })
    : forward
      ? timeAgainstEstimate(t, elapsed / 1000, run.estimatedSeconds)
      : t('review.run.elapsed', { elapsed: seconds });
  // By time, since the steps differ in length; capped until the run ends.
  const share = Math.min(95, (elapsed / Math.max(1, run.estimatedSeconds * 1000)) * 100);

  return (
    <Page
      title={title(t, run)}
      subtitle={subtitle(t, run, at === -1 ? Math.min(done + 1, run.steps.length) : at + 1)}
      actions={
        <Typography sx={{ color: color.text2, paddingTop: '4px', fontVariantNumeric: 'tabular-nums' }}>
          {time}
        </Typography>
      }
      footer={ended ? <RunEndFooter run={run} /> : <RunFooter run={run} />}
    >
      {!ended && (
        <LinearProgress
          aria-label={t('review.run.progress')}
          {...(forward
            ? { variant: 'determinate' as const, value: share }
            : { variant: 'indeterminate' as const })}
          sx={{ marginBottom: 3 }}
        />
      )}
      {ended && (
        <Box sx={{ marginBottom: 2 }}>
          <RunEnd run={run} />
        </Box>
      )}
      <Box
        sx={{
          display: 'grid',
          gridTemplateColumns: 'minmax(0, 392fr) minmax(0, 582fr)',
          gap: 3,
          alignItems: 'start',
          [oneColumn]: { gridTemplateColumns: 'minmax(0, 1fr)' },
        }}
      >
        <StepList run={run} />
        <LogPanel tall={!ended} />
      </Box>
    </Page>
  );
}

/** The elapsed time, with the rest of the estimate; or the estimate, once it is clearly exceeded. */
function timeAgainstEstimate(t: TFunction, seconds: number, estimatedSeconds: number): string {
  const elapsed = formatDuration(t, seconds);
  const estimate = formatDuration(t, estimatedSeconds);
  const left = estimatedSeconds - seconds;
  if (left > 0) return t('review.run.left', { elapsed, left: formatDuration(t, Math.max(1, left)) });
  return elapsed === estimate
    ? t('review.run.elapsed', { elapsed })
    : t('review.run.longer', { elapsed, estimate });
}

function title(t: TFunction, run: ApplyRun): string {
  switch (run.activity) {
    case 'applying':
      return t('review.run.applying', { to: run.toVersion });
    case 'rolling-back':
      return t('review.run.rollingBack', { what: previousVersion(t, run) });
    case 'cancelling':
      return t('review.run.cancelling', { what: previousVersion(t, run) });
    case 'ended':
      break;
  }
  const { outcome } = run;
  if (outcome === null || outcome.kind === 'rollback-failed') return t('review.run.rollbackFailed');
  if (outcome.kind === 'applied') return t('review.run.applied', { version: outcome.version });
  return outcome.restoredVersion === 0
    ? t('review.run.rolledBackNone')
    : t('review.run.rolledBack', { version: outcome.restoredVersion });
}

function subtitle(t: TFunction, run: ApplyRun, step: number): string | undefined {
  if (run.activity === 'applying') return t('review.run.subtitle', { step, count: run.steps.length });
  return run.activity === 'ended' ? undefined : t('review.run.subtitleBack');
}

/**
 * What a roll back requires at this point: nothing was changed yet, only files are restored, or the engine
 * restarts once more.
 */
function stopConsequence(run: ApplyRun): 'nothing' | 'files' | 'restart' {
  const hasBegun = (change: StepChange): boolean =>
    run.steps.some(
      ({ step, state }) =>
        (state === 'running' || state === 'done' || state === 'failed') &&
        applyStepTable[step].changes === change,
    );
  if (hasBegun('engine')) return 'restart';
  return hasBegun('files') ? 'files' : 'nothing';
}

/** Whether the run can be cancelled, and why or what that means. */
function cancelTexts(
  t: TFunction,
  run: ApplyRun,
  can: boolean,
): { readonly title: string; readonly explanation: string } {
  const what = previousVersion(t, run);
  if (can)
    return {
      title: t('review.run.canStop'),
      explanation: t(`review.run.stopNow.${stopConsequence(run)}`, { what }),
    };
  return run.activity === 'applying'
    ? { title: t('review.run.canNotStop'), explanation: t('review.run.canNotStopWhy') }
    : { title: t('review.run.back', { what }), explanation: t('review.run.backWhy') };
}

/** While it runs: whether it can be cancelled, and what that means. */
function RunFooter({ run }: { readonly run: ApplyRun }) {
  const { t } = useTranslation();
  const [confirming, setConfirming] = useState(false);
  const [late, setLate] = useState(false);
  const reasonId = useId();
  const cancel = useRequest('apply:cancel');
  const can = run.cancellable && run.activity === 'applying';
  const stop = async () => {
    const result = await cancel.run(undefined);
    setConfirming(false);
    setLate(result.ok && !result.value.accepted);
  };
  const { title, explanation } = cancelTexts(t, run, can);
  return (
    <>
      {cancel.error !== null && (
        <Box sx={{ padding: '0 32px 8px' }}>
          <ErrorPanel error={cancel.error} />
        </Box>
      )}
      <FooterBar label={t('review.run.footer')}>
        <Box role="status" id={reasonId} sx={{ flex: 1, minWidth: 0 }}>
          <Typography sx={{ fontWeight: 600, color: color.text, lineHeight: '20px' }}>{title}</Typography>
          <Typography variant="caption" component="div" sx={{ color: color.text2 }}>
            {late ? t('review.run.tooLate', { state: title }) : explanation}
          </Typography>
        </Box>
        <Button
          disabled={!can}
          aria-describedby={reasonId}
          onClick={() => {
            setConfirming(true);
          }}
        >
          {t('review.run.stop')}
        </Button>
      </FooterBar>
      <ConfirmDialog
        open={confirming && can}
        destructive
        busy={cancel.running}
        title={t('review.run.stopTitle', { what: previousVersion(t, run) })}
        confirm={t('review.run.stopConfirm')}
        cancel={t('review.run.stopCancel')}
        onCancel={() => {
          setConfirming(false);
        }}
        onConfirm={() => {
          void stop();
        }}
      >
        <DialogText>{t('review.run.stopBody')}</DialogText>
      </ConfirmDialog>
    </>
  );
}
