import type { RecreatePlan } from './recreate.ts';

/** The ids of containers that a plan does not recreate: a group with a blocker is left as it is. */
export const blockedIds = ({ groups }: Pick<RecreatePlan, 'groups'>): ReadonlySet<string> =>
  new Set(
    groups
      .filter((group) => group.some(({ blockers }) => blockers.length > 0))
      .flat()
      .map(({ id }) => id),
  );
