import type { RecreateItem, RecreatePlan } from './recreate.ts';

/** The ids of containers that a plan does not recreate: a group with a blocker is left as it is. */
export const blockedIds = ({ groups }: Pick<RecreatePlan, 'groups'>): ReadonlySet<string> =>
  new Set(
    groups
      .filter((group) => group.some(({ blockers }) => blockers.length > 0))
      .flat()
      .map(({ id }) => id),
  );

/** The groups of a plan, with a blocker for those that only others of their group block. */
export function withGroupBlockers(groups: readonly (readonly RecreateItem[])[]): RecreateItem[][] {
  return groups.map((group) => {
    const own = (item: RecreateItem) => item.blockers.filter(({ code }) => code !== 'group-blocked');
    const names = group.filter((item) => own(item).length > 0).map(({ name }) => name);
    return group.map((item) => ({
      ...item,
      blockers:
        names.length === 0 || own(item).length > 0
          ? own(item)
          : [{ code: 'group-blocked' as const, params: { names } }],
    }));
  });
}
