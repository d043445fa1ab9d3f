import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import Typography from '@mui/material/Typography';
import { useStore } from '../../state/context.tsx';
import { Notice } from '../../components/error-panel.tsx';
import { color, lowForLists, scrollsFrom } from '../../theme/tokens.ts';
import type { RecreateOutcome, RecreateRun } from '../../../shared/containers/recreate.ts';
import { SettingButtons } from '../../components/setting-places.tsx';
import { settingNamedIn } from '../../../shared/rules/setting-pointer.ts';
import { labelled } from '../../i18n/lists.ts';
import { outcomeText } from '../../components/recreate-outcome.ts';

const succeeded = (outcome: RecreateOutcome | null): boolean =>
  outcome?.kind === 'recreated' || outcome?.kind === 'unchanged';

/** Progress and result of a recreation, step by step; a refusal links to the page with its setting. */
export function RecreateReport({
  run,
  onRetry,
}: {
  readonly run: RecreateRun;
  /** Undefined while it is not possible. */
  readonly onRetry?: ((ids: readonly string[]) => void) | undefined;
}) {
  const { t } = useTranslation();
  const store = useStore();
  if (run.activity !== 'ended')
    return (
      <Progress
        run={run}
        onCancel={() => {
          void store.request('recreate:cancel', undefined);
        }}
      />
    );
  const succeededMembers = run.members.filter(({ outcome }) => succeeded(outcome));
  const bad = run.members.filter(({ outcome }) => !succeeded(outcome));
  const reported = [
    ...bad,
    ...succeededMembers.filter(
      ({ outcome }) =>
        outcome?.kind === 'recreated' &&
        (outcome.kept !== null || outcome.image !== null || outcome.warning !== undefined),
    ),
  ];
  return (
    <Notice
      tone={bad.length === 0 ? 'ok' : 'danger'}
      live={bad.length === 0 ? 'polite' : 'assertive'}
      title={[
        succeededMembers.length > 0
          ? t('recreate.done', { count: succeededMembers.length })
          : t('recreate.nothing'),
        ...(bad.length > 0 ? [t('recreate.failed', { count: bad.length })] : []),
      ].join(' · ')}
      action={<ReportActions bad={bad} onRetry={onRetry} />}
    >
      {reported.length > 0 && (
        <Box
          component="ul"
          className="selectable"
          sx={{
            margin: 0,
            padding: 0,
            listStyle: 'none',
            ...scrollsFrom(128, lowForLists),
            overflowWrap: 'anywhere',
          }}
        >
          {reported.map((member) => (
            <li key={member.id}>
              <strong>{member.name}</strong>
              {labelled(t, '', outcomeText(t, member.outcome))}
            </li>
          ))}
        </Box>
      )}
    </Notice>
  );
}

/** Actions for containers that were not recreated, and the button that closes the report. */
function ReportActions({
  bad,
  onRetry,
}: {
  readonly bad: RecreateRun['members'];
  readonly onRetry: ((ids: readonly string[]) => void) | undefined;
}) {
  const { t } = useTranslation();
  const store = useStore();
  const settings = bad
    .map(({ outcome }) =>
      outcome !== null && 'error' in outcome ? settingNamedIn(outcome.error.reason ?? '') : null,
    )
    .filter((setting) => setting !== null);
  return (
    <Box sx={{ display: 'flex', gap: 1, alignSelf: 'flex-start' }}>
      <SettingButtons settings={settings} />
      {bad.length > 0 && onRetry !== undefined && (
        <Button
          size="small"
          onClick={() => {
            onRetry(bad.map(({ id }) => id));
          }}
        >
          {t('recreate.again', { count: bad.length })}
        </Button>
      )}
      <Button
        size="small"
        onClick={() => {
          void store.request('recreate:dismiss', undefined);
        }}
      >
        {t('recreate.dismiss')}
      </Button>
    </Box>
  );
}

function Progress({ run, onCancel }: { readonly run: RecreateRun; readonly onCancel: () => void }) {
  const { t } = useTranslation();
  const current = run.members.find(({ step, outcome }) => step !== null && outcome === null);
  const finishedCount = run.members.filter(({ outcome }) => outcome !== null).length;
  const back = run.activity !== 'recreating';
  const progressText = back
    ? t('recreate.run.back')
    : current?.step == null
      ? t('recreate.run.waiting')
      : t(`recreate.step.${current.step}`);
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
      <CircularProgress size={16} thickness={5} aria-hidden />
      <Box role="status" aria-label={t('recreate.run.label')} sx={{ flex: 1, minWidth: 0 }}>
        <Typography
          sx={{ fontWeight: 600, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' }}
        >
          {t('recreate.run.title', { name: current?.name ?? run.members[0]?.name ?? '' })}
        </Typography>
        <Typography variant="caption" component="div" sx={{ color: color.text2 }}>
          {progressText}
          {run.members.length > 1
            ? ` · ${t('recreate.run.of', { done: finishedCount, total: run.members.length })}`
            : ''}
        </Typography>
      </Box>
      <Button size="small" disabled={!run.cancellable} onClick={onCancel}>
        {t('recreate.run.cancel')}
      </Button>
    </Box>
  );
}
