import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import { useRequest } from '../../state/actions.ts';
import { useNow } from '../../i18n/clock.ts';
import { useApp, useAppPart } from '../../state/context.tsx';
import { findingsOf } from '../../state/draft-view.ts';
import { useUnavailableReason } from '../../state/unavailable-reason.ts';
import { engineMark, protectionOf, type Protection } from '../../components/protection.ts';
import { navigate, useRoute } from '../../state/router.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Columns, Page } from '../../components/page.tsx';
import { StateTile } from '../../components/state-badge.tsx';
import { useFormats } from '../../i18n/format.ts';
import { ContainersCard } from './containers-card.tsx';
import { CoverageCard } from './coverage-card.tsx';
import { DenialsCard } from './denials-card.tsx';
import { DesktopCard } from './desktop-card.tsx';
import { EngineCard, type EngineConfirmation } from './engine-card.tsx';
import { NextSteps } from './next-steps.tsx';
import { ProbePanel } from './probe-panel.tsx';
import { detail, sentence } from './overview-sentence.ts';
import type { AppError } from '../../../shared/result.ts';

export default function OverviewPage() {
  const { t } = useTranslation();
  const formats = useFormats();
  const app = useApp();
  const now = useNow();
  const protection = protectionOf(app, now);
  const [panel, setPanel] = useState(false);
  const [question, setConfirmation] = useState<EngineConfirmation>(null);
  const start = useRequest('engine:start');
  const verification = useVerification(protection);
  useLinkedCommands(start.run, setConfirmation);
  useLinkedResults(setPanel);
  useTopOnStop();
  const startNow = () => {
    void start.run(undefined);
  };
  return (
    <Page
      leading={<StateTile {...engineMark(app, protection)} />}
      title={sentence(t, formats, app, protection)}
      subtitle={detail(t, app, protection, now)}
      actions={
        <Actions protection={protection} verification={verification} panel={panel} onPanel={setPanel} />
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
            <Errors
              verify={verification.error}
              onVerify={verification.verifyNow}
              start={start.error}
              onStart={startNow}
            />
            <NextSteps
              protection={protection}
              appliedFindings={app.settings.readError === null ? findingsOf(app.settings.applied, app) : []}
              starting={start.running || app.busy.engine !== null}
              onVerify={verification.verifyNow}
              onResults={() => {
                setPanel(true);
              }}
              onStart={startNow}
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
            {app.target.product !== null && <DesktopCard desktop={app.target.product} />}
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

/**
 * Scrolls to the top when the engine stops: the button that starts it is there, and not where it was stopped.
 */
function useTopOnStop(): void {
  const ready = useAppPart(({ engine }) => engine.phase === 'ready');
  const wasReady = useRef(ready);
  useEffect(() => {
    if (wasReady.current && !ready) document.querySelector('main [data-scroll]')?.scrollTo?.({ top: 0 });
    wasReady.current = ready;
  }, [ready]);
}

/** Opens the results of the checks if the address asks for them, and then cleans the address. */
function useLinkedResults(setPanel: (open: boolean) => void): void {
  const { params } = useRoute();
  useEffect(() => {
    if (params['show'] !== 'results') return;
    navigate('overview');
    setPanel(true);
  }, [params, setPanel]);
}

/** Whether no other operation on the engine is in progress. */
const useIdle = (): boolean =>
  useAppPart(({ busy, run }) => busy.engine === null && (run === null || run.activity === 'ended'));

/** Runs the verification: for the button, for F5, and if the address asks for it. */
function useVerification(protection: Protection) {
  const app = useApp();
  const { params } = useRoute();
  const idle = useIdle();
  const verify = useRequest('verify:run');
  const verifying = app.busy.verifying || verify.running;
  const canVerify = app.engine.phase === 'ready' && idle && !verifying && protection.eci;

  const runVerify = verify.run;
  const verifyNow = useCallback(() => {
    void runVerify(undefined);
  }, [runVerify]);
  useEffect(() => {
    // The command "Verify now" opens this page; the address is cleaned so that a reload does not verify
    // again.
    if (params['verify'] === 'now') {
      navigate('overview');
      if (canVerify) verifyNow();
    }
  }, [params, canVerify, verifyNow]);
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
  return { error: verify.error, verifyNow, verifying, canVerify };
}

/** Starts the engine, or opens the confirmation of an interruption, if the address asks for it. */
function useLinkedCommands(
  runStart: (input: undefined) => unknown,
  ask: (question: 'restart' | 'stop') => void,
): void {
  const { params } = useRoute();
  const ready = useAppPart(({ engine }) => engine.phase === 'ready');
  const idle = useIdle();
  const canControl = useUnavailableReason('engine-control') === undefined && idle;
  useEffect(() => {
    // Engine commands of palette and tray open this page with `?ask=`, which opens the confirmation or starts
    // the engine, so that an error is shown here.
    const linkedAction = params['ask'];
    if (linkedAction === 'restart' || linkedAction === 'stop') {
      navigate('overview');
      if (canControl && ready) ask(linkedAction);
    }
    if (params['start'] === 'now') {
      navigate('overview');
      if (canControl && !ready) void runStart(undefined);
    }
  }, [params, canControl, ready, runStart, ask]);
}

/** The buttons of the page: results of the verification, and the one that runs it. */
function Actions({
  protection,
  verification: { canVerify, verifying, verifyNow },
  panel,
  onPanel,
}: {
  readonly protection: Protection;
  readonly verification: ReturnType<typeof useVerification>;
  /** The results are shown. */
  readonly panel: boolean;
  readonly onPanel: (shown: boolean) => void;
}) {
  const { t } = useTranslation();
  const app = useApp();
  return (
    <>
      {app.verification !== null && (
        <Button
          variant="text"
          aria-expanded={panel}
          onClick={() => {
            onPanel(!panel);
          }}
        >
          {t('overview.results')}
        </Button>
      )}
      {app.engine.phase === 'ready' && protection.eci && (
        <Button
          disabled={!canVerify}
          onClick={verifyNow}
          {...(verifying ? { startIcon: <CircularProgress size={14} color="inherit" aria-hidden /> } : {})}
        >
          {verifying ? t('overview.verifying') : t('overview.verify')}
        </Button>
      )}
    </>
  );
}

/** Errors of requests, each with Retry. */
function Errors({
  verify,
  onVerify,
  start,
  onStart,
}: {
  readonly verify: AppError | null;
  readonly onVerify: () => void;
  readonly start: AppError | null;
  readonly onStart: () => void;
}) {
  const { t } = useTranslation();
  const app = useApp();
  const scan = useRequest('containers:scan');
  const again = (onClick: () => void, disabled = false): ReactNode => (
    <Button disabled={disabled} onClick={onClick}>
      {t('button.tryAgain')}
    </Button>
  );
  return (
    <>
      {verify !== null && <ErrorPanel error={verify} action={again(onVerify)} />}
      {start !== null && <ErrorPanel error={start} action={again(onStart)} />}
      {app.scanError !== null && app.engine.phase === 'ready' && (
        <ErrorPanel
          error={app.scanError}
          action={again(() => {
            void scan.run(undefined);
          }, scan.running)}
        />
      )}
    </>
  );
}
