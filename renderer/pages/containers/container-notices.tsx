import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Typography from '@mui/material/Typography';
import { ErrorPanel, Notice as ToneNotice } from '../../components/error-panel.tsx';
import { useFormats } from '../../i18n/format.ts';
import { ensureSentence, names, joinSentences } from '../../i18n/lists.ts';
import { useApp } from '../../state/context.tsx';
import { color } from '../../theme/tokens.ts';
import { killedContainers } from '../../../shared/containers/killed.ts';
import type { AppError } from '../../../shared/result.ts';
import { RecreateReport } from './recreate-report.tsx';
import { RemovalReport } from './removal-report.tsx';
import type { ContainerChanges } from './use-container-changes.ts';
import type { Scan } from './use-scan.ts';

/** Above the list: results of the last recreation and removal, and errors. */
export function ContainerNotices({
  changes: { recreate, remove, onRetryRecreate, onRetryRemove },
  startError,
  scan,
}: {
  readonly changes: ContainerChanges;
  readonly startError: AppError | null;
  readonly scan: Scan;
}) {
  const { t } = useTranslation();
  const app = useApp();
  const ready = app.engine.phase === 'ready';
  return (
    <>
      <CrashNotice />
      {app.recreation !== null && (
        <Notice>
          <RecreateReport run={app.recreation} onRetry={onRetryRecreate} />
        </Notice>
      )}
      {recreate.error !== null && (
        <FailedRequest error={recreate.error} close={t('recreate.dismiss')} onClose={recreate.clear} />
      )}
      {remove.error !== null && (
        <FailedRequest error={remove.error} close={t('containers.report.close')} onClose={remove.clear} />
      )}
      {app.removal !== null && (
        <Notice>
          <RemovalReport run={app.removal} onRetry={onRetryRemove} />
        </Notice>
      )}
      {startError !== null && !ready && (
        <Notice>
          <ErrorPanel error={startError} />
        </Notice>
      )}
      {ready && <ScanError scan={scan} />}
    </>
  );
}

/** Error of a recreation or removal that was not started. */
function FailedRequest({
  error,
  close,
  onClose,
}: {
  readonly error: AppError;
  readonly close: string;
  readonly onClose: () => void;
}) {
  return (
    <Notice>
      <ErrorPanel
        error={error}
        action={
          <Button size="small" onClick={onClose}>
            {close}
          </Button>
        }
      />
    </Notice>
  );
}

/** The scan failed; with the age of the list that is still shown. */
function ScanError({ scan }: { readonly scan: Scan }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const app = useApp();
  if (scan.error === null) return null;
  return (
    <Notice>
      <ErrorPanel
        error={scan.error}
        action={
          <Button disabled={!scan.canScan} onClick={scan.rescan}>
            {t('button.tryAgain')}
          </Button>
        }
      />
      {app.scan !== null && (
        <Typography variant="caption" component="div" sx={{ color: color.warn, marginTop: 1 }}>
          {t('containers.old', { time: formats.time(app.scan.at) })}
        </Typography>
      )}
    </Notice>
  );
}

/** Containers that a crash of the engine killed, and that have not run since then. */
function CrashNotice() {
  const { t } = useTranslation();
  const formats = useFormats();
  const { engine, scan } = useApp();
  const { crash } = engine;
  const killed = killedContainers(crash, scan);
  if (crash == null || (killed.length === 0 && crash.removed === 0)) return null;
  return (
    <Notice>
      <ToneNotice tone="warn" title={t('containers.crash.title', { time: formats.time(crash.at) })}>
        {joinSentences(t, [
          ensureSentence(
            t,
            names(
              t,
              killed.map(({ name }) => name),
            ),
          ),
          crash.removed === 0 ? '' : t('containers.crash.removed', { count: crash.removed }),
        ])}
      </ToneNotice>
    </Notice>
  );
}

function Notice({ children }: { readonly children: ReactNode }) {
  return <Box sx={{ marginBottom: 2, flexShrink: 0 }}>{children}</Box>;
}
