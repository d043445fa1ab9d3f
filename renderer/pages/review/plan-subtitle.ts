import type { TFunction } from 'i18next';
import { joinSentences } from '../../i18n/lists.ts';
import { isBaseDeleted, type ApplyPlan } from '../../../shared/apply/plan.ts';
import type { Enforcement } from '../../../shared/enforcement/enforcement.ts';

/** The versions before and after, and what a failing step leaves behind. */
export const planSubtitle = (t: TFunction, plan: ApplyPlan, enforcement: Enforcement): string =>
  joinSentences(t, [becomes(t, plan), ifAnyStepFails(t, plan), keptByGateway(t, plan, enforcement)]);

function becomes(t: TFunction, plan: ApplyPlan): string {
  const { fromVersion: from, toVersion: to, earlierVersion: earlier } = plan;
  if (earlier !== undefined)
    return isBaseDeleted(plan)
      ? t('review.becomes.earlierDeleted', { earlier, from, to })
      : t('review.becomes.earlier', { earlier, from, to });
  return from === 0 ? t('review.becomes.first', { to }) : t('review.becomes.next', { from, to });
}

function ifAnyStepFails(t: TFunction, { fromVersion: from, baseFile }: ApplyPlan): string {
  if (from === 0) return t('review.fails.first');
  return baseFile === undefined || baseFile === 'usable'
    ? t('review.fails.usable', { from })
    : t(`review.fails.${baseFile}`);
}

/** For an unusable file, what the gateway enforces after a roll back. */
const keptByGateway = (t: TFunction, { baseFile }: ApplyPlan, { by, now }: Enforcement): string =>
  baseFile === 'unusable' && by === 'gateway' && now.source === 'retained'
    ? t('review.fails.keepsApplied')
    : '';
