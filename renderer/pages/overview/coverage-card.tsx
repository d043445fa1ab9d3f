import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Link from '@mui/material/Link';
import { useNow } from '../../i18n/clock.ts';
import { useApp } from '../../state/context.tsx';
import type { Protection } from '../../components/protection.ts';
import { hrefFor } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { DataTable } from '../../components/data-table.tsx';
import { EmptyState } from '../../components/empty-and-loading.tsx';
import { withCode } from '../../components/mono.tsx';
import { OutcomeChip, StateBadge } from '../../components/state-badge.tsx';
import { color } from '../../theme/tokens.ts';
import { useFormats } from '../../i18n/format.ts';
import { coverageFor, type CoverageRow } from '../../../shared/coverage/coverage.ts';
import { displayedState, rowEvidence } from '../../../shared/coverage/evidence.ts';
import { gapOf, hasGap, isVerificationCurrent } from '../../../shared/enforcement/enforcement.ts';
import { chosenBackend } from '../../../shared/isolation/backends.ts';
import { names } from '../../i18n/lists.ts';
import { isFromBeforeEci } from '../../../shared/containers/protection.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import { isOnOtherKernel, type Verification } from '../../../shared/verify/claims.ts';

/** Lines of about one length, so that no age is torn apart; Chinese wraps at its marks. */
const evenLines = { textWrap: 'balance', wordBreak: 'keep-all', overflowWrap: 'anywhere' } as const;

/** The probes of a row with their results. */
function evidenceText(t: TFunction, row: CoverageRow): string {
  if (row.workload === 'socket-started' && row.state === 'not-allowed')
    return t('overview.coverage.evidence.socket-mount');
  const probed = (['build-docker-driver', 'socket-started', 'socket-mount'] as const).find(
    (workload) => workload === row.workload,
  );
  return t(`overview.coverage.evidence.${probed ?? 'run-create'}`);
}

/** What this engine protects, row by row, with the evidence. A rule without a probe is "On, not verified". */
export function CoverageCard({ protection }: { readonly protection: Protection }) {
  const { t } = useTranslation();
  const app = useApp();
  const now = useNow();
  if (protection.state === 'stopped')
    return (
      <Card title={t('overview.coverage.title')}>
        <EmptyState>
          {t(
            app.engine.phase === 'unreachable'
              ? 'overview.coverage.unreachable'
              : 'overview.coverage.stopped',
          )}
        </EmptyState>
      </Card>
    );

  const { rows, absent } = coverageOf(app, protection);
  const { verification: last, engine } = app;
  const isCurrent =
    isVerificationCurrent(protection.enforcement, last) &&
    last !== null &&
    !isOnOtherKernel(last, engine.kernel);
  const verification = isCurrent ? last : null;
  const before = app.scan?.containers.filter(isFromBeforeEci).length ?? null;
  const absentNames = absent.map((row) => t(`overview.coverage.row.${row.workload}`).replaceAll('`', ''));
  return (
    <Card title={t('overview.coverage.title')}>
      <DataTable
        label={t('overview.coverage.title')}
        columns={[
          { key: 'workload', sorts: t('overview.coverage.workload') },
          { key: 'state', sorts: t('overview.coverage.state'), width: 140 },
          { key: 'how', label: t('overview.coverage.howWeKnow'), width: 228 },
        ]}
        rows={rows.map((row) => ({
          key: row.workload,
          sortTexts: {
            workload: t(`overview.coverage.row.${row.workload}`).replaceAll('`', ''),
            state: shownState(row, protection, verification, now),
          },
          cells: [
            withCode(
              t(`overview.coverage.row.${row.workload}`).replace(/^[a-z]/, (letter) => letter.toUpperCase()),
            ),
            <RowState
              key="state"
              row={row}
              protection={protection}
              verification={verification}
              before={before}
            />,
            <Box key="how" sx={{ fontSize: 12, color: color.text2, ...evenLines }}>
              <HowWeKnow row={row} protection={protection} verification={verification} before={before} />
            </Box>,
          ],
        }))}
        {...(absent.length === 0
          ? {}
          : { footer: t('overview.coverage.notHere', { names: names(t, absentNames) }) })}
      />
    </Card>
  );
}

/** The rows that are shown, and those that do not exist on this engine. */
function coverageOf(
  { target: { capabilities, product }, engine }: AppState,
  { eci, enforcement }: Protection,
): { readonly rows: readonly CoverageRow[]; readonly absent: readonly CoverageRow[] } {
  const policy = engine.phase === 'ready' ? enforcement.now : enforcement.nextStart;
  const byProduct = capabilities.isolatedBy === 'product';
  const rows = byProduct
    ? coverageFor({
        eci,
        desktop: {
          // An unknown version counts as the oldest, which protects least.
          version: product?.version ?? null,
          virtualMachine: product?.virtualMachine ?? 'vm',
        },
      })
    : coverageFor({
        eci,
        backend: chosenBackend(policy.backend),
        // Unknown: counts as allowed, so that no row says that a mount is refused.
        socketMounts: policy.socketMounts ?? true,
      });
  return {
    // On an engine of ours the two are settings, not workloads; on Docker Desktop its version decides whether
    // they exist.
    rows: rows.filter(
      (row) =>
        row.state !== 'not-on-this-engine' &&
        (byProduct || (row.workload !== 'socket-derived-images' && row.workload !== 'socket-any-image')),
    ),
    absent: rows.filter((row) => row.state === 'not-on-this-engine'),
  };
}

interface RowProps {
  readonly row: CoverageRow;
  readonly protection: Protection;
  readonly verification: Verification | null;
  /** How many containers were created before ECI; null if not known. */
  readonly before: number | null;
}

function HowWeKnow({ row, protection, verification, before }: RowProps) {
  const { t } = useTranslation();
  const formats = useFormats();
  const now = useNow();
  if (!protection.eci) return t('overview.coverage.how.off');
  if (row.workload === 'created-before') {
    if (before === null) return t('overview.coverage.how.notScanned');
    return before === 0 ? (
      t('overview.coverage.how.noneFound')
    ) : (
      <Link href={hrefFor('containers', { show: 'unprotected' })}>
        {t('overview.coverage.how.found', { count: before })}
      </Link>
    );
  }
  // The column beside it says so of each row: what was checked is no reason for that.
  if (shownState(row, protection, verification, now) === 'audit') return t('overview.coverage.how.audit');
  const evidence = rowEvidence(row, verification, now);
  const gap = gapOf(protection.enforcement);
  switch (evidence.kind) {
    case 'probe-passed':
      if (row.state === 'protected' && gap !== null) return t(`overview.coverage.how.${gap}`);
      return t('overview.coverage.how.passed', {
        what: evidenceText(t, row),
        ago: formats.ago(evidence.at),
      });
    case 'probe-similar':
      return t('overview.coverage.how.similar', { ago: formats.ago(evidence.at) });
    case 'probe-failed':
      return t('overview.coverage.how.failed', { ago: formats.ago(evidence.at) });
    case 'probe-outdated':
      return t('overview.coverage.how.outdated', { ago: formats.ago(evidence.at) });
    case 'probe-missing':
      return t('overview.coverage.how.missing');
    case 'probe-limited':
      return row.workload === 'socket-mount'
        ? t('overview.coverage.how.anyImage')
        : t('overview.coverage.how.ruleUnprobed');
    case 'rule':
      return row.state === 'protected'
        ? t('overview.coverage.how.ruleUnprobed')
        : t('overview.coverage.how.rule');
    case 'documentation':
      return t('overview.coverage.how.documentation');
  }
}

function RowState({ row, protection, verification, before }: RowProps) {
  const { t } = useTranslation();
  const state = shownState(row, protection, verification, useNow());
  if (state === 'not-allowed') return <OutcomeChip outcome="not-allowed" />;
  if (state === 'not-on-this-engine') return null;
  // No state for a workload that does not exist.
  if (protection.eci && row.workload === 'created-before' && before === 0)
    return <span>{t('overview.coverage.none')}</span>;
  return <StateBadge state={state} eciOff={!protection.eci} />;
}

/** State of a row by the evidence; `audit` if nothing is refused. */
function shownState(
  row: CoverageRow,
  protection: Protection,
  verification: Verification | null,
  now: number,
): ReturnType<typeof displayedState> | 'audit' {
  const state = displayedState(row, rowEvidence(row, verification, now));
  // In audit mode nothing is refused, so neither state holds.
  if (protection.state === 'audit' && /^(?:not-allowed|protected|unverified)$/.test(state)) return 'audit';
  return state === 'protected' && (row.basis === 'rule' || hasGap(protection.enforcement))
    ? 'unverified'
    : state;
}
