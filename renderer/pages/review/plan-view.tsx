import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import { useRequest } from '../../state/actions.ts';
import { useApp, useDraft } from '../../state/context.tsx';
import { navigate } from '../../state/router.ts';
import { Card } from '../../components/card.tsx';
import { useDocumentProblem } from '../../components/document-problem.tsx';
import { EmptyState, LoadingRows } from '../../components/empty-and-loading.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { enforcementIn } from '../../components/protection.ts';
import { Columns, Page } from '../../components/page.tsx';
import { visuallyHidden } from '../../theme/tokens.ts';
import type { ApplyPlan } from '../../../shared/apply/plan.ts';
import type { AppError } from '../../../shared/result.ts';
import { countReasons } from './blocking-reasons.ts';
import { ChangesCard } from './changes-card.tsx';
import { FindingsCard, isDanger, type FindingsCardProps } from './findings-card.tsx';
import { EffectsCard } from './effects-card.tsx';
import { PlanBlockers } from './plan-blockers.tsx';
import { PlanFooter } from './plan-footer.tsx';
import { planSubtitle } from './plan-subtitle.ts';
import { RemovedNotice, useRemoval } from './removed-entry.tsx';
import { useLeaving, type Leaving } from './use-leaving.ts';
import { usePlan } from './use-plan.ts';

/** Before applying: the difference, the findings, and the effects, with the one button that applies them. */
export function PlanView() {
  const { t } = useTranslation();
  const draft = useDraft();
  const enforcement = enforcementIn(useApp());
  const problem = useDocumentProblem();
  const planned = usePlan();
  const { plan, error, again } = planned;
  const start = useRequest('apply:start');
  const back = useRef<HTMLButtonElement>(null);
  const rows = useRef<HTMLDivElement>(null);
  const removal = useRemoval(rows, back);
  const { leave, announced } = useLeaving(planned, back);
  // The initial focus is on "Back to editing", not on the button that applies.
  useEffect(() => {
    back.current?.focus();
  }, []);

  const nothing =
    plan !== null && !draft.dirty && plan.blockers.some((blocker) => blocker.code === 'nothing-to-apply');
  return (
    <Page
      title={t('frame.page.review')}
      footer={
        <PlanFooter
          planned={planned}
          problem={problem !== null}
          nothing={nothing}
          start={start}
          back={back}
        />
      }
      subtitle={plan === null || nothing ? t('review.subtitleAlone') : planSubtitle(t, plan, enforcement)}
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
        <NothingToApply />
      ) : problem !== null && draft.draft.syntax.length > 0 ? (
        problem
      ) : (
        <PlanColumns plan={plan} error={error} findings={{ rows, removal }} onLeave={leave} />
      )}
      <RemovedNotice removal={removal} />
      <Box aria-live="polite" sx={visuallyHidden}>
        {announced}
      </Box>
    </Page>
  );
}

function NothingToApply() {
  const { t } = useTranslation();
  return (
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
  );
}

/** The changes with their findings, and beside them the effects. */
function PlanColumns({
  plan,
  error,
  findings,
  onLeave,
}: {
  readonly plan: ApplyPlan | null;
  readonly error: AppError | null;
  readonly findings: Omit<FindingsCardProps, 'otherReasons'>;
  readonly onLeave: Leaving['leave'];
}) {
  const { t } = useTranslation();
  const draft = useDraft();
  // As when the review was opened: the cards would change places under a button that fixes the last danger.
  const [dangersFirst] = useState(() => draft.findings.some(isDanger));
  const reasons = plan === null ? null : countReasons(plan);
  const findingsCard = <FindingsCard {...findings} otherReasons={reasons} />;
  return (
    <Columns
      sideWidth="42.5%"
      main={
        <>
          {plan !== null && plan.blocked && reasons !== 0 && <PlanBlockers plan={plan} onLeave={onLeave} />}
          {dangersFirst && findingsCard}
          <ChangesCard />
          {!dangersFirst && findingsCard}
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
  );
}
