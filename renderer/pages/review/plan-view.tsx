import { useEffect, useId, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import Typography from '@mui/material/Typography';
import { useRequest } from '../../state/actions.ts';
import { useApp, useDraft, useSnapshotPart } from '../../state/context.tsx';
import { navigate } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { useDocumentProblem } from '../../components/document-problem.tsx';
import { EmptyState, LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel, Notice } from '../../components/error-panel.tsx';
import { ArrowBackIcon } from '../../theme/icons.ts';
import { Columns, FooterBar, Page } from '../../components/page.tsx';
import { color } from '../../theme/tokens.ts';
import { sharesToConfirm, type ApplyPlan, type PlanEffect } from '../../../shared/apply/plan.ts';
import { ChangesCard } from './changes-card.tsx';
import { ConfirmSharesDialog } from './confirm-shares-dialog.tsx';
import { FindingsCard } from './findings-card.tsx';
import { EffectsCard } from './happen-card.tsx';
import { usePlan } from './use-plan.ts';
import { sentence, sentences } from '../../i18n/lists.ts';
import type { FileLock } from '../../state/lock.ts';
import { translateText } from '../../i18n/translate.ts';

/** Where "Back to editing" leads: to the page the person came from, else to the Overview. */
function goBack(): void {
  if (window.history.length > 1) window.history.back();
  else navigate('overview');
}

/** Whether an effect of a plan ends or takes away something that runs or is stored. */
const isDisruptive = ({ kind }: PlanEffect): boolean =>
  kind === 'restart' || kind === 'stops' || kind === 'removed' || kind === 'recreated';

/** Before applying: the difference, the findings, and what would happen, with the one button that does it. */
export function PlanView() {
  const { t } = useTranslation();
  const app = useApp();
  const choices = useSnapshotPart((snapshot) => snapshot.choices);
  const draft = useDraft();
  const problem = useDocumentProblem();
  const { plan, current, error, again } = usePlan();
  const start = useRequest('apply:start');
  const back = useRef<HTMLButtonElement>(null);
  const reasonId = useId();
  // Focus is on the way back, not on what acts.
  useEffect(() => {
    back.current?.focus();
  }, []);

  const nothing =
    plan !== null && !draft.dirty && plan.blockers.some((blocker) => blocker.code === 'nothing-to-apply');
  const reason = disabledReason(t, {
    plan,
    current,
    conflict: app.settings.conflict,
    problem: problem !== null || error !== null,
    readOnly: draft.readOnly === 'applying' ? null : draft.readOnly,
  });
  const removing = plan?.remove.length ?? 0;
  const volumes = plan?.effects.some((effect) => effect.code === 'volumes-removed') === true;
  const label =
    removing === 0
      ? t('review.footer.apply')
      : volumes
        ? t('review.footer.removeVolumes', { count: removing })
        : t('review.footer.remove', { count: removing });
  const [confirming, setConfirming] = useState(false);
  const [enterPressed, setEnterPressed] = useState(false);
  const shares = plan === null ? [] : sharesToConfirm(plan);
  const harmless = plan !== null && shares.length === 0 && !plan.effects.some(isDisruptive);
  const apply = () => {
    setConfirming(false);
    if (plan === null || reason !== null) return;
    void start.run({ choices, baseHash: plan.baseHash, draftHash: plan.draftHash });
  };

  const footer = (
    <FooterBar label={t('review.footer.label')}>
      <Button ref={back} startIcon={<ArrowBackIcon />} onClick={goBack}>
        {t('review.footer.back')}
      </Button>
      <Typography
        id={reasonId}
        role="status"
        sx={{ flex: 1, minWidth: 0, textAlign: 'right', color: color.text2, paddingInline: 1 }}
      >
        {nothing
          ? ''
          : start.running
            ? t('review.footer.starting')
            : (reason ??
              (enterPressed ? t('review.footer.pressSpace') : app.isRoot ? '' : t('review.footer.password')))}
      </Typography>
      {!nothing && (
        <Button
          variant="contained"
          color="primary"
          disabled={reason !== null || start.running}
          aria-describedby={reasonId}
          aria-keyshortcuts={harmless ? 'Enter Space' : 'Space'}
          // What stops or removes something is never one stray Enter away; Space and the pointer do it.
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || harmless) return;
            event.preventDefault();
            setEnterPressed(true);
          }}
          onBlur={() => {
            setEnterPressed(false);
          }}
          onClick={() => {
            if (shares.length > 0) setConfirming(true);
            else apply();
          }}
          {...(start.running
            ? { startIcon: <CircularProgress size={14} color="inherit" aria-hidden /> }
            : {})}
        >
          {label}
        </Button>
      )}
      <ConfirmSharesDialog
        open={confirming}
        paths={shares}
        onCancel={() => {
          setConfirming(false);
        }}
        onConfirm={apply}
      />
    </FooterBar>
  );
  return (
    <Page
      title={t('frame.page.review')}
      footer={footer}
      subtitle={
        plan === null || nothing
          ? t('review.subtitleAlone')
          : plan.fromVersion === 0
            ? t('review.subtitleFirst', { to: plan.toVersion })
            : t('review.subtitle', { from: plan.fromVersion, to: plan.toVersion })
      }
    >
      {start.error !== null && (
        <Box sx={{ marginBottom: 2 }}>
          <ErrorPanel
            error={start.error}
            action={
              <Button
                onClick={() => {
                  start.clear();
                  again();
                }}
              >
                {t('button.tryAgain')}
              </Button>
            }
          />
        </Box>
      )}
      {error !== null && (
        <Box sx={{ marginBottom: 2 }}>
          <ErrorPanel error={error} action={<Button onClick={again}>{t('button.tryAgain')}</Button>} />
        </Box>
      )}
      {nothing ? (
        <Card>
          <EmptyState
            action={
              <Button
                onClick={() => {
                  navigate('overview');
                }}
              >
                {t('review.toOverview')}
              </Button>
            }
          >
            {t('review.nothing')}
          </EmptyState>
        </Card>
      ) : problem !== null && draft.draft.syntax.length > 0 ? (
        problem
      ) : (
        <Columns
          sideWidth="42.5%"
          main={
            <>
              {plan !== null && plan.blocked && <Blockers plan={plan} />}
              <ChangesCard />
              <FindingsCard />
            </>
          }
          side={
            plan === null ? (
              error === null && (
                <Card title={t('review.happen.title')} busy>
                  <LoadingRows rows={5} />
                </Card>
              )
            ) : (
              <EffectsCard plan={plan} />
            )
          }
        />
      )}
    </Page>
  );
}

/** Why the button doesn't act now, null when it does. */
function disabledReason(
  t: TFunction,
  facts: {
    readonly plan: ApplyPlan | null;
    readonly current: boolean;
    readonly conflict: boolean;
    readonly problem: boolean;
    readonly readOnly: FileLock | null;
  },
): string | null {
  if (facts.readOnly !== null)
    return t('locked.by', { who: translateText(facts.readOnly.reason, facts.readOnly.sentence) });
  if (facts.conflict) return t('review.footer.conflict');
  if (facts.plan !== null && facts.plan.blocked) {
    const [blocker] = facts.plan.blockers,
      [lacking] = facts.plan.missingRequirements;
    if (blocker?.code === 'requirement' && lacking !== undefined)
      return t('review.blocked.requirement', { what: t(`isolation.requirement.${lacking.code}`) });
    return blocker === undefined
      ? t('review.blocked.title')
      : translateText(blocker.message, blocker.sentence);
  }
  if (facts.problem) return t('review.blocked.title');
  if (facts.plan === null || !facts.current) return t('review.footer.waiting');
  return null;
}

/** What stands in the way, each with what to do. */
function Blockers({ plan }: { readonly plan: ApplyPlan }) {
  const { t } = useTranslation();
  return (
    <Notice tone="danger" live="assertive" title={t('review.blocked.title')}>
      <Box component="ul" sx={{ margin: '2px 0 0', paddingLeft: 2, color: color.text }}>
        {plan.blockers
          .filter((blocker) => blocker.code !== 'requirement' || plan.missingRequirements.length === 0)
          .map((blocker) => (
            <li key={`${blocker.code}${blocker.message}`}>
              {translateText(blocker.message, blocker.sentence)}
            </li>
          ))}
        {plan.missingRequirements.map((requirement) => (
          <li key={requirement.code}>
            {sentences(t, [
              sentence(
                t,
                t('review.blocked.requirement', { what: t(`isolation.requirement.${requirement.code}`) }),
              ),
              sentence(
                t,
                t('review.blocked.found', {
                  found: translateText(requirement.found, requirement.sentences?.found),
                }),
              ),
              requirement.fix === undefined ? '' : translateText(requirement.fix, requirement.sentences?.fix),
            ])}
          </li>
        ))}
      </Box>
    </Notice>
  );
}
