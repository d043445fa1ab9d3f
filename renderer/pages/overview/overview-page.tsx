import { useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import { useRequest } from '../../state/actions.ts';
import { useNow } from '../../i18n/clock.ts';
import { useApp } from '../../state/context.tsx';
import { findingsOf } from '../../state/draft-view.ts';
import { useMissing } from '../../state/missing.ts';
import { protectionOf, type Protection } from '../../components/protection.ts';
import { navigate, useRoute } from '../../state/router.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Columns, Page } from '../../components/page.tsx';
import { StateTile } from '../../components/state-badge.tsx';
import { useFormats, type Formats } from '../../i18n/format.ts';
import { translateMessage, translateText } from '../../i18n/translate.ts';
import { enforcementHeadline } from '../../../shared/enforcement/describe.ts';
import { isAlarm } from '../../../shared/enforcement/enforcement.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import type { TFunction } from 'i18next';
import { allSettled, verificationMaxAgeMs } from '../../../shared/verify/claims.ts';
import { ContainersCard } from './containers-card.tsx';
import { CoverageCard } from './coverage-card.tsx';
import { DenialsCard } from './denials-card.tsx';
import { DesktopCard } from './desktop-card.tsx';
import { EngineCard, type EngineConfirmation } from './engine-card.tsx';
import { NextSteps } from './next-steps.tsx';
import { ProbePanel } from './probe-panel.tsx';
import { sentences } from '../../i18n/lists.ts';

export default function OverviewPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const app = useApp();
  const now = useNow();
  const { params } = useRoute();
  const protection = protectionOf(app, now);
  const [panel, setPanel] = useState(false);
  const [question, setConfirmation] = useState<EngineConfirmation>(null);
  const verify = useRequest('verify:run');
  const start = useRequest('engine:start');
  const scan = useRequest('containers:scan');
  const ready = app.engine.phase === 'ready';
  const idle = app.busy.engine === null && (app.run === null || app.run.activity === 'ended');
  const verifying = app.busy.verifying || verify.running;
  const canVerify = ready && idle && !verifying && protection.eci;

  const runVerify = verify.run;
  const verifyNow = useCallback(() => {
    void runVerify(undefined);
  }, [runVerify]);
  useEffect(() => {
    // The command "Verify now" leads here; the address is cleaned so that a reload does not verify again.
    if (params['verify'] === 'now') {
      navigate('overview');
      if (canVerify) verifyNow();
    }
  }, [params, canVerify, verifyNow]);
  const canControl = useMissing('engine-control') === undefined && idle;
  const runStart = start.run;
  useEffect(() => {
    // Commands about the engine, and the tray's, lead here, to the question that belongs to one and to where
    // a failure of the other is shown.
    const linkedAction = params['ask'];
    if (linkedAction === 'restart' || linkedAction === 'stop') {
      navigate('overview');
      if (canControl && ready) setConfirmation(linkedAction);
    }
    if (params['start'] === 'now') {
      navigate('overview');
      if (canControl && !ready) void runStart(undefined);
    }
  }, [params, canControl, ready, runStart]);
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key === 'F5' && canVerify) {
        event.preventDefault();
        verifyNow();
      }
    };
    window.addEventListener('keydown', onKey);
    return () => {
      window.removeEventListener('keydown', onKey);
    };
  }, [canVerify, verifyNow]);

  return (
    <Page
      leading={<StateTile state={protection.state} />}
      title={sentence(t, formats, app, protection)}
      subtitle={detail(t, app, protection, now)}
      actions={
        <>
          {app.verification !== null && (
            <Button
              variant="text"
              aria-expanded={panel}
              onClick={() => {
                setPanel(!panel);
              }}
            >
              {t('overview.results')}
            </Button>
          )}
          {ready && protection.eci && (
            <Button
              disabled={!canVerify}
              onClick={verifyNow}
              {...(verifying
                ? { startIcon: <CircularProgress size={14} color="inherit" aria-hidden /> }
                : {})}
            >
              {verifying ? t('overview.verifying') : t('overview.verify')}
            </Button>
          )}
        </>
      }
      panel={
        panel &&
        app.verification !== null && (
          <ProbePanel
            verification={app.verification}
            onClose={() => {
              setPanel(false);
            }}
          />
        )
      }
    >
      <Columns
        main={
          <>
            {verify.error !== null && (
              <ErrorPanel
                error={verify.error}
                action={<Button onClick={verifyNow}>{t('button.tryAgain')}</Button>}
              />
            )}
            {start.error !== null && (
              <ErrorPanel
                error={start.error}
                action={
                  <Button
                    onClick={() => {
                      void start.run(undefined);
                    }}
                  >
                    {t('button.tryAgain')}
                  </Button>
                }
              />
            )}
            {app.scanError !== null && ready && (
              <ErrorPanel
                error={app.scanError}
                action={
                  <Button
                    disabled={scan.running}
                    onClick={() => {
                      void scan.run(undefined);
                    }}
                  >
                    {t('button.tryAgain')}
                  </Button>
                }
              />
            )}
            <NextSteps
              protection={protection}
              appliedFindings={app.settings.readError === null ? findingsOf(app.settings.applied, app) : []}
              starting={start.running || app.busy.engine !== null}
              onVerify={verifyNow}
              onResults={() => {
                setPanel(true);
              }}
              onStart={() => {
                void start.run(undefined);
              }}
              onRestart={() => {
                setConfirmation('restart');
              }}
            />
            <CoverageCard protection={protection} />
          </>
        }
        side={
          <>
            <ContainersCard eci={protection.eci} />
            {app.target.desktop !== null && <DesktopCard desktop={app.target.desktop} />}
            <DenialsCard />
            <EngineCard
              protection={protection}
              confirmation={question}
              onConfirmationChange={setConfirmation}
            />
          </>
        }
      />
    </Page>
  );
}

/** The one honest sentence. */
function sentence(
  t: TFunction,
  formats: Formats,
  app: AppState,
  { state, unprotected, unreadable, preferredOff, enforcement }: Protection,
): string {
  const headline = state === 'stopped' ? null : enforcementHeadline(enforcement);
  if (headline !== null) return translateMessage(headline);
  switch (state) {
    case 'stopped':
      return app.engine.phase === 'unreachable'
        ? t('overview.sentence.unreachable')
        : app.engine.phase === 'stopped'
          ? t('overview.sentence.stopped')
          : app.engine.phase === 'failed'
            ? t('overview.sentence.failed')
            : t('overview.sentence.working');
    case 'off':
      return preferredOff === null
        ? t('overview.sentence.off')
        : preferredOff === ''
          ? t('overview.sentence.preferredOffUnnamed')
          : t('overview.sentence.preferredOff', { by: preferredOff });
    case 'audit':
      return t('overview.sentence.audit');
    // A verification under settings that can't be read any more says nothing about now.
    case 'unverified':
      return !unreadable &&
        app.verification !== null &&
        app.verification.eci &&
        allSettled(app.verification.claims)
        ? t('overview.sentence.unverifiedSince', { date: formats.dateTime(app.verification.at) })
        : t('overview.sentence.unverified');
    case 'protected': {
      const ago = formats.ago(app.verification?.at ?? '');
      return unprotected !== null && unprotected > 0
        ? t('overview.sentence.protectedExcept', { ago, count: unprotected })
        : t('overview.sentence.protected', { ago });
    }
  }
}

function detail(
  t: TFunction,
  app: AppState,
  { state, eci, locked, unreadable, preferredOff, enforcement }: Protection,
  now: number,
): string {
  if (app.engine.phase === 'unreachable') {
    const { problem } = app.engine;
    return problem === null ? '' : translateText(problem.message, problem.sentence);
  }
  if (state === 'stopped')
    return t(app.engine.phase === 'stopped' ? 'overview.detail.stopped' : 'overview.detail.notRunning', {
      socket: app.engine.socket,
    });
  // The notice above every page has the details.
  if (isAlarm(enforcement.difference)) return '';
  if (unreadable) return t('overview.detail.unreadable');
  if (enforcement.by === 'nothing') return t('overview.detail.nothing');
  if (preferredOff !== null) return t('overview.detail.preferredOff');
  if (!eci) return t('overview.detail.off');
  const on = locked ? t('overview.detail.onLocked') : t('overview.detail.onUnlocked');
  const v = app.verification;
  if (v === null || !v.eci) return sentences(t, [on, t('overview.detail.never')]);
  const count = v.claims.length;
  const failed = v.claims.filter((c) => c.verdict === 'fail').length;
  const notRun = v.claims.filter((c) => c.verdict === 'not-run').length;
  if (state === 'audit') return sentences(t, [on, t('overview.detail.audit')]);
  if (failed > 0) return sentences(t, [on, t('overview.detail.failed', { failed, count })]);
  if (notRun > 0) return sentences(t, [on, t('overview.detail.notRun', { notRun, count })]);
  if (now - Date.parse(v.at) > verificationMaxAgeMs) return sentences(t, [on, t('overview.detail.old')]);
  const passed = v.claims.filter((c) => c.verdict === 'pass').length;
  return sentences(t, [
    on,
    passed < count
      ? t('overview.detail.settled', { passed, total: count, count: count - passed })
      : t('overview.detail.passed', { count }),
  ]);
}
