import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useRequest } from '../../state/actions.ts';
import { useApp, useStore } from '../../state/context.tsx';
import { navigate } from '../../state/router.ts';
import type { PageId } from '../../../shared/pages/pages.ts';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { CopyIcon } from '../../theme/icons.ts';
import { Mono } from '../../components/mono.tsx';
import { FooterBar } from '../../components/page.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color } from '../../theme/tokens.ts';
import type { ApplyOutcome, ApplyRun } from '../../../shared/apply/run.ts';
import { applyStepTable } from '../../../shared/apply/steps.ts';
import type { RecreateMember } from '../../../shared/containers/recreate.ts';
import { reportText } from './report-text.ts';
import { settled } from '../../../shared/verify/claims.ts';
import { closed, labelled, sentences } from '../../i18n/lists.ts';
import { translateError, translateText } from '../../i18n/translate.ts';

/** How a run ended: what holds now, why it went back, what to do next. */
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

function Applied({ run, outcome }: { readonly run: ApplyRun; readonly outcome: Outcome<'applied'> }) {
  const { t } = useTranslation();
  const { list } = useFormats();
  const { scan } = useApp();
  const claims = outcome.verification?.claims ?? [];
  const passed = claims.filter((claim) => claim.verdict === 'pass').length;
  const eci = outcome.verification !== null && outcome.verification.eci;
  const failed = outcome.removed.filter((one) => !one.removed);
  const removed = outcome.removed.length - failed.length;
  const left = eci
    ? (scan?.containers.filter(
        (container) => !container.protected && !outcome.recreated.some(({ id }) => id === container.id),
      ) ?? [])
    : [];
  const restarted = run.steps.some(
    ({ step, state }) => state === 'done' && applyStepTable[step].changes === 'engine',
  );
  return (
    <Box sx={{ display: 'grid', gap: 1 }}>
      {eci && claims.every((claim) => settled(claim.verdict)) ? (
        <Notice
          tone="ok"
          live="polite"
          title={t('review.end.verified', { passed, count: claims.length })}
          action={
            <Button
              size="small"
              onClick={() => {
                navigate('overview');
              }}
            >
              {t('review.end.results')}
            </Button>
          }
        >
          {t('review.end.verifiedWhy')}
        </Notice>
      ) : eci ? (
        <Notice
          tone="warn"
          live="polite"
          title={t('review.end.verified', { passed, count: claims.length })}
          action={
            <Button
              size="small"
              onClick={() => {
                navigate('overview');
              }}
            >
              {t('review.end.results')}
            </Button>
          }
        />
      ) : (
        <Notice
          tone="ok"
          live="polite"
          title={restarted ? t('review.end.eciOff') : t('review.end.sameEngine')}
        >
          {t('review.end.eciOffWhy')}
        </Notice>
      )}
      {outcome.unrecorded !== undefined && (
        <Notice tone="warn" live="polite" title={t('review.end.unrecorded', { version: outcome.version })}>
          {sentences(t, [
            closed(t, translateText(outcome.unrecorded, outcome.unrecordedSentence)),
            t('review.end.unrecordedTry'),
          ])}
        </Notice>
      )}
      {removed > 0 && (
        <Notice tone="neutral" title={t('review.end.removed', { count: removed })}>
          {list(
            outcome.removed
              .filter((one) => one.removed)
              .map((one) => one.name)
              .slice(0, 20),
          )}
        </Notice>
      )}
      {failed.length > 0 && (
        <Notice
          tone="warn"
          live="polite"
          title={t('review.end.notRemoved', { count: failed.length })}
          action={
            <Button
              size="small"
              onClick={() => {
                navigate('containers', { show: 'unprotected' });
              }}
            >
              {t('review.end.show')}
            </Button>
          }
        >
          {failed.slice(0, 5).map((one) => (
            <Box key={one.id} className="selectable">
              <strong>{one.name}</strong>
              {one.error === undefined ? '' : labelled(t, '', translateText(one.error, one.sentence))}
            </Box>
          ))}
        </Notice>
      )}
      {outcome.recreated.length > 0 && <Recreated members={outcome.recreated} />}
      {left.length > 0 && (
        <Notice
          tone="danger"
          title={t('review.end.unprotected', { count: left.length })}
          action={
            <Button
              size="small"
              onClick={() => {
                navigate('containers', { show: 'unprotected' });
              }}
            >
              {t('review.end.show')}
            </Button>
          }
        >
          {t('review.end.unprotectedWhy')}
        </Notice>
      )}
    </Box>
  );
}

/**
 * What became of the containers chosen to be recreated; step by step, with why and trying again, on their
 * page.
 */
function Recreated({ members }: { readonly members: readonly RecreateMember[] }) {
  const { t } = useTranslation();
  const bad = members.filter(({ outcome }) => outcome?.kind !== 'recreated' && outcome?.kind !== 'unchanged');
  return (
    <Notice
      tone={bad.length > 0 ? 'danger' : 'ok'}
      live="polite"
      title={
        bad.length > 0
          ? t('review.end.notRecreated', { count: bad.length })
          : t('review.end.recreated', { count: members.length })
      }
      action={
        <Button
          size="small"
          onClick={() => {
            navigate('containers');
          }}
        >
          {t('review.end.show')}
        </Button>
      }
    >
      {bad.slice(0, 5).map(({ id, name, outcome }) => (
        <Box key={id} className="selectable">
          <strong>{name}</strong>
          {outcome !== null && 'error' in outcome
            ? labelled(t, '', translateError(outcome.error).message)
            : ''}
        </Box>
      ))}
    </Notice>
  );
}

function RolledBack({ outcome }: { readonly outcome: Outcome<'rolled-back'> }) {
  const { t } = useTranslation();
  const inForce =
    outcome.restoredVersion === 0
      ? t('review.end.inForceNone')
      : t('review.end.inForce', { version: outcome.restoredVersion });
  const step = t(`review.step.${outcome.failedStep}`);
  if (outcome.error.code === 'apply.cancelled')
    return (
      <Notice tone="neutral" live="polite" title={t('review.end.stopped')}>
        {sentences(t, [t('review.end.stoppedWhy', { step }), inForce])}
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

/** What failed, why, what was put back and what to try, as text for whoever has to look into it. */
function CopyReport({ run }: { readonly run: ApplyRun }) {
  const { t } = useTranslation();
  const store = useStore();
  const formats = useFormats();
  const [copied, setCopied] = useState(false);
  const text = reportText(t, formats, run);
  if (text === '') return null;
  const copy = async () => {
    setCopied((await store.request('clipboard:write', { text: text.slice(0, 900_000) })).ok);
  };
  return (
    <Button
      variant="text"
      startIcon={<CopyIcon />}
      onClick={() => {
        void copy();
      }}
      onBlur={() => {
        setCopied(false);
      }}
    >
      {copied ? t('button.copied') : t('review.report.copy')}
    </Button>
  );
}

/** After the end: take note of it, and go on. */
export function RunEndFooter({ run }: { readonly run: ApplyRun }) {
  const { t } = useTranslation();
  const dismiss = useRequest('apply:dismiss');
  const leave = async (page: PageId | null) => {
    const result = await dismiss.run(undefined);
    if (result.ok && page !== null) navigate(page);
  };
  const applied = run.outcome?.kind === 'applied';
  return (
    <FooterBar label={t('review.end.label')}>
      <CopyReport run={run} />
      <Box role="status" sx={{ flex: 1, minWidth: 0, color: color.danger }}>
        {dismiss.error === null ? null : translateError(dismiss.error).message}
      </Box>
      {applied ? (
        <Button
          variant="contained"
          color="primary"
          disabled={dismiss.running}
          onClick={() => {
            void leave('overview');
          }}
        >
          {t('review.end.done')}
        </Button>
      ) : (
        <>
          <Button
            disabled={dismiss.running}
            onClick={() => {
              void leave('overview');
            }}
          >
            {t('review.end.done')}
          </Button>
          <Button
            variant="contained"
            color="primary"
            disabled={dismiss.running}
            onClick={() => {
              void leave(null);
            }}
          >
            {t('review.end.again')}
          </Button>
        </>
      )}
    </FooterBar>
  );
}
