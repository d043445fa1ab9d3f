import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useApp } from '../../state/context.tsx';
import { navigate } from '../../state/router.ts';
import type { PageId } from '../../../shared/pages/pages.ts';
import { NoticeBody } from '../../components/error-panel.tsx';
import { color, toneSoft } from '../../theme/tokens.ts';
import { useFormats } from '../../i18n/format.ts';
import type { ApplyOutcome, ApplyRun } from '../../../shared/apply/run.ts';
import { applyStepTable } from '../../../shared/apply/steps.ts';
import type { RecreateMember } from '../../../shared/containers/recreate.ts';
import { claimTitle } from '../../../shared/verify/claim-titles.ts';
import { settled, type Verdict } from '../../../shared/verify/claims.ts';
import { ensureSentence, labelled, joinSentences } from '../../i18n/lists.ts';
import { errorText } from '../../components/recreate-outcome.ts';
import { translateMessage, translateText } from '../../i18n/translate.ts';
import { isUnprotected, type Container, type ContainerScan } from '../../../shared/containers/protection.ts';

type AppliedOutcome = Extract<ApplyOutcome, { kind: 'applied' }>;

/**
 * Result of a successful apply: what was verified, removed and recreated, and what is still unprotected, as
 * one band of parts, each in its own tone.
 */
export function Applied({ run, outcome }: { readonly run: ApplyRun; readonly outcome: AppliedOutcome }) {
  const { t } = useTranslation();
  const { scan } = useApp();
  const left = leftUnprotected(scan, outcome);
  return (
    <Box
      role="status"
      sx={{
        borderRadius: '6px',
        background: toneSoft[isAllGood(outcome, left.length) ? 'ok' : 'neutral'],
        padding: '0 12px',
        '& > *': { paddingBlock: '8px' },
        '& > * + *': { borderTop: `1px solid ${color.border}` },
        '@media (forced-colors: active)': { border: '1px solid' },
      }}
    >
      <VerificationResult run={run} outcome={outcome} />
      {outcome.unrecorded !== undefined && (
        <NoticeBody tone="warn" title={t('review.end.unrecorded', { version: outcome.version })}>
          {joinSentences(t, [
            ensureSentence(t, translateText(outcome.unrecorded, outcome.unrecordedSentence)),
            t('review.end.unrecordedTry'),
          ])}
        </NoticeBody>
      )}
      <RemovalResults outcomes={outcome.removed} />
      {outcome.recreated.length > 0 && <RecreationResult members={outcome.recreated} />}
      {left.length > 0 && (
        <NoticeBody
          tone="danger"
          title={t('review.end.unprotected', { count: left.length })}
          action={
            <OpenButton page="containers" params={{ show: 'unprotected' }} label={t('review.end.show')} />
          }
        >
          {t('review.end.unprotectedWhy')}
        </NoticeBody>
      )}
    </Box>
  );
}

const failedRecreations = (members: readonly RecreateMember[]): readonly RecreateMember[] =>
  members.filter(({ outcome }) => outcome?.kind !== 'recreated' && outcome?.kind !== 'unchanged');

/** Containers that are unprotected although ECI is on now. The scan may be from before the recreations. */
function leftUnprotected(scan: ContainerScan | null, outcome: AppliedOutcome): readonly Container[] {
  if (outcome.verification?.eci !== true) return [];
  const failed = failedRecreations(outcome.recreated);
  const done = outcome.recreated.filter((member) => !failed.includes(member));
  return (scan?.containers ?? []).filter(
    (container) => isUnprotected(container) && !done.some(({ id }) => id === container.id),
  );
}

/** Whether no part of the result needs attention. Otherwise the band has no colour: its parts differ. */
function isAllGood(outcome: AppliedOutcome, left: number): boolean {
  const verified = outcome.verification?.claims.every(({ verdict }) => settled(verdict)) ?? true;
  const removedAll = outcome.removed.every(({ removed }) => removed);
  const recreatedAll = failedRecreations(outcome.recreated).length === 0;
  return left === 0 && outcome.unrecorded === undefined && verified && removedAll && recreatedAll;
}

function OpenButton({
  page,
  params,
  label,
}: {
  readonly page: PageId;
  readonly params?: Readonly<Record<string, string>>;
  readonly label: string;
}) {
  return (
    <Button
      size="small"
      onClick={() => {
        navigate(page, params);
      }}
    >
      {label}
    </Button>
  );
}

function VerificationResult({ run, outcome }: { readonly run: ApplyRun; readonly outcome: AppliedOutcome }) {
  const { t } = useTranslation();
  const { list } = useFormats();
  const { verification } = outcome;
  if (verification?.eci !== true) {
    const restarted = run.steps.some(
      ({ step, state }) => state === 'done' && applyStepTable[step].changes === 'engine',
    );
    return (
      <NoticeBody tone="ok" title={restarted ? t('review.end.eciOff') : t('review.end.sameEngine')}>
        {t('review.end.eciOffWhy')}
      </NoticeBody>
    );
  }
  const { claims } = verification;
  const passed = claims.filter((claim) => claim.verdict === 'pass').length;
  const verified = claims.every((claim) => settled(claim.verdict));
  const notEnforced = claims.filter((claim) => claim.verdict === 'not-enforced').length;
  const titlesOf = (verdict: Verdict): readonly string[] =>
    claims
      .filter((claim) => claim.verdict === verdict)
      .map(({ id }) => t('review.end.claim', { claim: translateMessage(claimTitle(id)) }));
  const limited = titlesOf('limited');
  const notOffered = titlesOf('not-offered');
  const verifiedText = () => {
    if (notEnforced > 0) return t('review.end.verifiedAuditWhy', { count: notEnforced });
    if (!verified) return undefined;
    return joinSentences(t, [
      t('review.end.verifiedWhy'),
      limited.length === 0 ? '' : t('review.end.limited', { count: limited.length, claims: list(limited) }),
      notOffered.length === 0
        ? ''
        : t('review.end.notOffered', { count: notOffered.length, claims: list(notOffered) }),
    ]);
  };
  return (
    <NoticeBody
      tone={verified ? 'ok' : 'warn'}
      title={
        passed === claims.length
          ? t('review.end.verified', { count: passed })
          : t(notEnforced > 0 ? 'review.end.verifiedAudit' : 'review.end.verifiedSome', {
              passed,
              count: claims.length,
            })
      }
      action={<OpenButton page="overview" params={{ show: 'results' }} label={t('review.end.results')} />}
    >
      {verifiedText()}
    </NoticeBody>
  );
}

function RemovalResults({ outcomes }: { readonly outcomes: AppliedOutcome['removed'] }) {
  const { t } = useTranslation();
  const { list } = useFormats();
  const failed = outcomes.filter((one) => !one.removed);
  const removed = outcomes.filter((one) => one.removed);
  return (
    <>
      {removed.length > 0 && (
        <NoticeBody tone="neutral" title={t('review.end.removed', { count: removed.length })}>
          {list(removed.map((one) => one.name).slice(0, 20))}
        </NoticeBody>
      )}
      {failed.length > 0 && (
        <NoticeBody
          tone="warn"
          title={t('review.end.notRemoved', { count: failed.length })}
          action={
            <OpenButton page="containers" params={{ show: 'unprotected' }} label={t('review.end.show')} />
          }
        >
          {failed.slice(0, 5).map((one) => (
            <Box key={one.id} className="selectable">
              <strong>{one.name}</strong>
              {one.error === undefined ? '' : labelled(t, '', translateText(one.error, one.sentence))}
            </Box>
          ))}
        </NoticeBody>
      )}
    </>
  );
}

/** The outcome of recreating containers; the details are on their page. */
function RecreationResult({ members }: { readonly members: readonly RecreateMember[] }) {
  const { t } = useTranslation();
  const { list } = useFormats();
  const bad = failedRecreations(members);
  const done = members.filter((member) => !bad.includes(member));
  return (
    <NoticeBody
      tone={bad.length > 0 ? 'danger' : 'ok'}
      title={
        bad.length > 0
          ? t('review.end.notRecreated', { count: bad.length })
          : t('review.end.recreated', { count: members.length })
      }
      action={<OpenButton page="containers" label={t('review.end.show')} />}
    >
      {bad.length === 0 && list(done.map(({ name }) => name).slice(0, 20))}
      {bad.slice(0, 5).map(({ id, name, outcome }) => (
        <Box key={id} className="selectable">
          <strong>{name}</strong>
          {outcome !== null && 'error' in outcome ? labelled(t, '', errorText(t, outcome.error)) : ''}
        </Box>
      ))}
    </NoticeBody>
  );
}
