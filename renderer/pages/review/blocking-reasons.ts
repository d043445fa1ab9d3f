import { refusalsOf } from '../../components/recreate-notes.ts';
import type { ApplyPlan } from '../../../shared/apply/plan.ts';
import type { RecreateItem, RecreateNote } from '../../../shared/containers/recreate.ts';

/** What blocks an apply, one line each. */
export interface BlockingReasons {
  readonly blockers: ApplyPlan['blockers'];
  readonly refusals: readonly { readonly item: RecreateItem; readonly note: RecreateNote }[];
  readonly requirements: ApplyPlan['missingRequirements'];
}

/**
 * Requirements, and refusals of recreations, have a line each. Errors of the draft have none: the card of
 * the findings shows them.
 */
export function blockingReasons({
  blockers,
  findings,
  missingRequirements,
  recreation,
}: ApplyPlan): BlockingReasons {
  const ofFindings = findings.some(({ severity }) => severity === 'error')
    ? blockers.find(({ code }) => code === 'findings')
    : undefined;
  return {
    blockers: blockers.filter(
      (blocker) =>
        blocker !== ofFindings && (blocker.code !== 'requirement' || missingRequirements.length === 0),
    ),
    refusals: (recreation?.groups ?? [])
      .flat()
      .flatMap((item) => refusalsOf(item).map((note) => ({ item, note }))),
    requirements: missingRequirements,
  };
}

/** How many lines there are. */
export function countReasons(plan: ApplyPlan): number {
  const { blockers, refusals, requirements } = blockingReasons(plan);
  return blockers.length + refusals.length + requirements.length;
}
