import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import LinearProgress from '@mui/material/LinearProgress';
import Typography from '@mui/material/Typography';
import { useStore } from '../../state/context.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { useFormats } from '../../i18n/format.ts';
import { color, lowForLists, scrollsFrom } from '../../theme/tokens.ts';
import type { RemovalRun } from '../../../shared/containers/removal.ts';
import { labelled } from '../../i18n/lists.ts';
import { reasonOrMessage, translateText } from '../../i18n/translate.ts';

/** Progress and result of a removal, with the engine's error per failure and Retry. */
export function RemovalReport({
  run,
  onRetry,
}: {
  readonly run: RemovalRun;
  /** Undefined while it is not possible. */ readonly onRetry: ((ids: readonly string[]) => void) | undefined;
}) {
  const { t } = useTranslation();
  const store = useStore();
  if (run.activity !== 'ended') return <Progress run={run} />;
  const failed = run.outcomes.filter((one) => !one.removed && one.notBegun !== true);
  const notBegun = run.outcomes.filter((one) => one.notBegun === true);
  const dismiss = (
    <Button
      size="small"
      onClick={() => {
        void store.request('containers:dismiss-removal', undefined);
      }}
    >
      {t('containers.report.close')}
    </Button>
  );
  if (run.error !== null && run.done === 0) return <ErrorPanel error={run.error} action={dismiss} />;
  const allRemoved = failed.length === 0 && notBegun.length === 0 && run.error === null;
  return (
    <Notice
      tone={allRemoved ? 'ok' : failed.length === 0 && run.error === null ? 'warn' : 'danger'}
      live={allRemoved ? 'polite' : 'assertive'}
      action={
        <Box sx={{ display: 'flex', gap: 1, alignSelf: 'flex-start', flexShrink: 0 }}>
          {failed.length > 0 && onRetry !== undefined && (
            <Button
              size="small"
              onClick={() => {
                onRetry(failed.map(({ id }) => id));
              }}
            >
              {t('containers.report.retry', { count: failed.length })}
            </Button>
          )}
          {dismiss}
        </Box>
      }
      title={[
        run.removed > 0 ? t('containers.report.done', { count: run.removed }) : t('containers.report.none'),
        ...(failed.length > 0 ? [t('containers.report.failed', { count: failed.length })] : []),
        ...(notBegun.length > 0 ? [t('containers.report.notBegun', { count: notBegun.length })] : []),
      ].join(' · ')}
    >
      <Outcomes run={run} />
    </Notice>
  );
}

function Progress({ run }: { readonly run: RemovalRun }) {
  const { t } = useTranslation();
  const formats = useFormats();
  const store = useStore();
  const progressText =
    run.activity === 'cancelling'
      ? t('containers.remove.cancelling')
      : t('containers.remove.progress', { count: run.total });
  const failedSoFar = run.outcomes.filter((one) => !one.removed).length;
  return (
    <Box
      sx={{
        border: `1px solid ${color.border}`,
        borderRadius: '8px',
        background: color.card,
        padding: '8px 12px',
        display: 'flex',
        alignItems: 'center',
        gap: '12px',
      }}
    >
      <Box sx={{ flex: 1, minWidth: 0, display: 'grid', gap: '6px' }}>
        <Typography role="status">
          {progressText} ·{' '}
          {t('containers.remove.of', { done: formats.number(run.done), total: formats.number(run.total) })}
          {run.outcomes.length > 0 && ` · ${t('containers.report.failed', { count: failedSoFar })}`}
        </Typography>
        <LinearProgress
          variant="determinate"
          value={run.total === 0 ? 0 : (100 * run.done) / run.total}
          aria-label={progressText}
        />
      </Box>
      <Button
        size="small"
        disabled={run.activity === 'cancelling'}
        onClick={() => {
          void store.request('containers:cancel-removal', undefined);
        }}
      >
        {t('containers.remove.stop')}
      </Button>
    </Box>
  );
}

/** The result for each container, and the error that ended the run. */
function Outcomes({ run }: { readonly run: RemovalRun }) {
  const { t } = useTranslation();
  const listed = run.outcomes.filter((one) => one.notBegun !== true);
  if (listed.length === 0 && run.error === null) return null;
  return (
    <Box
      component="ul"
      tabIndex={0}
      aria-label={t('containers.report.label')}
      className="selectable"
      sx={{
        margin: 0,
        padding: 0,
        listStyle: 'none',
        ...scrollsFrom(96, lowForLists),
        overflowWrap: 'anywhere',
      }}
    >
      {listed.map((one) => (
        <li key={one.id}>
          <strong>{one.name}</strong>
          {labelled(t, '', translateText(one.error ?? '', one.sentence))}
        </li>
      ))}
      {run.error !== null && (
        <li>{labelled(t, t(`errors.${run.error.code}`), reasonOrMessage(run.error))}</li>
      )}
    </Box>
  );
}
