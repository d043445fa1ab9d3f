import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useRequest } from '../../state/actions.ts';
import { useApp, useAppPart, useStore } from '../../state/context.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { enforcementIn } from '../../components/protection.ts';
import { CopyIcon } from '../../theme/icons.ts';
import { Mono } from '../../components/mono.tsx';
import type { ApplyOutcome, ApplyRun } from '../../../shared/apply/run.ts';
import { joinSentences } from '../../i18n/lists.ts';
import { restoredText } from './report-text.ts';
import { Applied } from './run-applied.tsx';

/** Result of a run: what is in force now, why it was rolled back, what to do next. */
export function RunEnd({ run }: { readonly run: ApplyRun }) {
  switch (run.outcome?.kind) {
    case 'applied':
      return <Applied run={run} outcome={run.outcome} />;
    case 'rolled-back':
      return <RolledBack outcome={run.outcome} />;
    case 'rollback-failed':
      return <RollbackFailed outcome={run.outcome} />;
    case undefined:
      return null;
  }
}

type Outcome<K extends ApplyOutcome['kind']> = Extract<ApplyOutcome, { kind: K }>;

function RolledBack({ outcome }: { readonly outcome: Outcome<'rolled-back'> }) {
  const { t } = useTranslation();
  const difference = useAppPart((app) => enforcementIn(app).difference);
  const inForce = restoredText(t, outcome.restoredVersion, difference);
  const step = t(`review.step.${outcome.failedStep}`);
  if (outcome.error.code === 'apply.cancelled')
    return (
      <Notice tone="neutral" live="polite" title={t('review.end.stopped')}>
        {joinSentences(t, [t('review.end.stoppedWhy', { step }), inForce])}
      </Notice>
    );
  return (
    <Box sx={{ display: 'grid', gap: 1 }}>
      <ErrorPanel error={outcome.error} title={t('review.end.failed', { step })} />
      <Notice tone="neutral" title={inForce} />
    </Box>
  );
}

function RollbackFailed({ outcome }: { readonly outcome: Outcome<'rollback-failed'> }) {
  const { t } = useTranslation();
  const store = useStore();
  const app = useApp();
  const start = useRequest('engine:start');
  return (
    <Box sx={{ display: 'grid', gap: 1 }}>
      <Notice tone="danger" live="assertive" title={t('review.end.rollbackFailedWhy')}>
        {t('review.end.tryNext')}
      </Notice>
      <ErrorPanel
        error={outcome.rollbackError}
        title={t('review.run.rollbackFailed')}
        {...(app.engine.phase === 'ready'
          ? {}
          : {
              action: (
                <Button
                  disabled={start.running || app.busy.engine !== null}
                  onClick={() => {
                    void start.run(undefined);
                  }}
                >
                  {t('review.end.startEngine')}
                </Button>
              ),
            })}
      />
      {start.error !== null && <ErrorPanel error={start.error} />}
      <Notice
        tone="neutral"
        title={t('review.end.backup')}
        action={
          <Button
            size="small"
            variant="text"
            startIcon={<CopyIcon />}
            aria-label={t('review.end.copyPath')}
            onClick={() => {
              void store.request('clipboard:write', { text: outcome.backupDir });
            }}
          >
            {t('button.copy')}
          </Button>
        }
      >
        <Mono>{outcome.backupDir}</Mono>
      </Notice>
      <ErrorPanel
        error={outcome.error}
        title={t('review.end.firstFailed', { step: t(`review.step.${outcome.failedStep}`) })}
      />
    </Box>
  );
}
