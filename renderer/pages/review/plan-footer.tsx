import { useId, useState, type RefObject } from 'react';
import { useTranslation } from 'react-i18next';
import type { TFunction } from 'i18next';
import Button from '@mui/material/Button';
import CircularProgress from '@mui/material/CircularProgress';
import Typography from '@mui/material/Typography';
import type { RequestState } from '../../state/actions.ts';
import { useApp, useDraft, useSnapshotPart } from '../../state/context.tsx';
import type { FileLock } from '../../state/lock.ts';
import { navigate } from '../../state/router.ts';
import { FooterBar, footerNote } from '../../components/page.tsx';
import { translateText } from '../../i18n/translate.ts';
import { ArrowBackIcon } from '../../theme/icons.ts';
import { color, narrow } from '../../theme/tokens.ts';
import { sharesToConfirm, type ApplyPlan, type PlanEffect } from '../../../shared/apply/plan.ts';
import { blockedIds } from '../../../shared/containers/recreate-blocked.ts';
import { ConfirmSharesDialog } from './confirm-shares-dialog.tsx';
import type { PlanState } from './use-plan.ts';

/** Target of "Back to editing": the previous page, else the Overview. */
function goBack(): void {
  if (window.history.length > 1) window.history.back();
  else navigate('overview');
}

/** Whether an effect of a plan stops or removes something that runs or is stored. */
const isDisruptive = ({ kind }: PlanEffect): boolean =>
  kind === 'restart' || kind === 'stops' || kind === 'removed' || kind === 'recreated';

/** "Back to editing", and the button that applies the plan, with the reason if it is blocked. */
export function PlanFooter({
  planned: { plan, current, error },
  problem,
  nothing,
  start,
  back,
}: {
  readonly planned: PlanState;
  /** The draft is unusable. */
  readonly problem: boolean;
  readonly nothing: boolean;
  readonly start: RequestState<'apply:start'>;
  readonly back: RefObject<HTMLButtonElement | null>;
}) {
  const { t } = useTranslation();
  const app = useApp();
  const choices = useSnapshotPart((snapshot) => snapshot.choices);
  const draft = useDraft();
  const reasonId = useId();
  const reason = disabledReason(t, {
    plan,
    current,
    conflict: app.settings.conflict,
    problem: problem || error !== null,
    readOnly: draft.readOnly === 'applying' ? null : draft.readOnly,
  });
  const [confirming, setConfirming] = useState(false);
  const [enterPressed, setEnterPressed] = useState(false);
  const shares = plan === null ? [] : sharesToConfirm(plan);
  const apply = (confirmedShares: readonly string[]) => {
    setConfirming(false);
    if (plan === null || reason !== null) return;
    void start.run({
      choices,
      baseHash: plan.baseHash,
      draftHash: plan.draftHash,
      ...(confirmedShares.length > 0 ? { confirmedShares: [...confirmedShares] } : {}),
    });
  };

  return (
    <FooterBar label={t('review.footer.label')}>
      <Button ref={back} startIcon={<ArrowBackIcon />} onClick={goBack}>
        {t('review.footer.back')}
      </Button>
      <FooterStatus id={reasonId}>
        {nothing
          ? ''
          : start.running
            ? t('review.footer.starting')
            : (reason ??
              (enterPressed ? t('review.footer.pressSpace') : app.isRoot ? '' : t('review.footer.password')))}
      </FooterStatus>
      {!nothing && (
        <ApplyButton
          plan={plan}
          // Otherwise the page's own button, which opens the text, is the main one.
          main={!problem}
          disabled={reason !== null}
          running={start.running}
          describedBy={reasonId}
          onEnterRefused={setEnterPressed}
          onApply={() => {
            if (shares.length > 0) setConfirming(true);
            else apply([]);
          }}
        />
      )}
      <ConfirmSharesDialog
        open={confirming}
        paths={shares}
        findings={plan?.findings ?? []}
        onCancel={() => {
          setConfirming(false);
        }}
        onConfirm={apply}
      />
    </FooterBar>
  );
}

const textBelow = { ...footerNote[narrow], textAlign: 'left' } as const;

function FooterStatus({ id, children }: { readonly id: string; readonly children: string }) {
  return (
    <Typography
      id={id}
      role="status"
      sx={{ textAlign: 'right', color: color.text2, paddingInline: 1, ...footerNote, [narrow]: textBelow }}
    >
      {children}
    </Typography>
  );
}

/** Enter does not trigger a disruptive apply; Space and click do. */
function ApplyButton({
  plan,
  main,
  disabled,
  running,
  describedBy,
  onEnterRefused,
  onApply,
}: {
  readonly plan: ApplyPlan | null;
  /** The one filled button of the page. */
  readonly main: boolean;
  readonly disabled: boolean;
  readonly running: boolean;
  readonly describedBy: string;
  /** Enter was refused; false once the focus is elsewhere. */
  readonly onEnterRefused: (refused: boolean) => void;
  readonly onApply: () => void;
}) {
  const { t } = useTranslation();
  const harmless = plan !== null && sharesToConfirm(plan).length === 0 && !plan.effects.some(isDisruptive);
  return (
    <Button
      {...(main ? { variant: 'contained', color: 'primary' } : { variant: 'outlined' })}
      sx={{ [narrow]: { marginLeft: 'auto' } }}
      disabled={disabled || running}
      aria-describedby={describedBy}
      aria-keyshortcuts={harmless ? 'Enter Space' : 'Space'}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || harmless) return;
        event.preventDefault();
        onEnterRefused(true);
      }}
      onBlur={() => {
        onEnterRefused(false);
      }}
      onClick={onApply}
      {...(running ? { startIcon: <CircularProgress size={14} color="inherit" aria-hidden /> } : {})}
    >
      {applyLabel(t, plan)}
    </Button>
  );
}

/** The button's label, with the numbers of removals and recreations. */
function applyLabel(t: TFunction, plan: ApplyPlan | null): string {
  if (plan === null) return t('review.footer.apply');
  const remove = plan.remove.length;
  const blocked = blockedIds(plan.recreation ?? { groups: [] });
  const recreate = plan.recreate.filter((id) => !blocked.has(id)).length;
  const volumes = plan.effects.some(({ code }) => code === 'volumes-removed');
  if (remove === 0)
    return recreate === 0 ? t('review.footer.apply') : t('review.footer.recreate', { count: recreate });
  if (recreate > 0)
    return t(volumes ? 'review.footer.removeVolumesRecreate' : 'review.footer.removeRecreate', {
      remove,
      count: recreate,
    });
  return t(volumes ? 'review.footer.removeVolumes' : 'review.footer.remove', { count: remove });
}

/** Why the button is blocked, null if it isn't. */
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
