import { refusalsOf } from '../../components/recreate-notes.ts';
import type { ApplyPlan } from '../../../shared/apply/plan.ts';
import type { RecreateItem, RecreateNote } from '../../../shared/containers/recreate.ts';

/** What blocks an apply, one line each. */
export interface BlockingReasons {
  readonly blockers: ApplyPlan['blockers'];
  readonly refusals: readonly { readonly item: RecreateItem; readonly note: RecreateNote }[];
  readonly requirements: ApplyPlan['missingRequirements'];
}

/** Requirements, and refusals of recreations, have a line each. */
export function blockingReasons({ blockers, missingRequirements, recreation }: ApplyPlan): BlockingReasons {
  return {
    blockers: blockers.filter(({ code }) => code !== 'requirement' || missingRequirements.length === 0),
    refusals: (recreation?.groups ?? [])
      .flat()
      .flatMap((item) => refusalsOf(item).map((note) => ({ item, note }))),
    requirements: missingRequirements,
  };
}

/** How many lines there are, without that of the findings, which have a card. */
export function countReasons(plan: ApplyPlan): number {
  const { blockers, refusals, requirements } = blockingReasons(plan);
  return blockers.filter(({ code }) => code !== 'findings').length + refusals.length + requirements.length;
}
