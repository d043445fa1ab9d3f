import {
  isDenial,
  localDay,
  repeatKey,
  type ActivityEntry,
  type DenialGroup,
} from '../../shared/audit/activity.ts';

/** Denials of entries by day and by repeat key, as main counts them. */
export function denialSummary(entries: readonly ActivityEntry[]): {
  readonly days: ReadonlyMap<string, { denied: number; wouldDeny: number }>;
  readonly groups: DenialGroup[];
} {
  const days = new Map<string, { denied: number; wouldDeny: number }>();
  const groups = new Map<string, DenialGroup>();
  for (const entry of entries.filter(isDenial)) {
    const day = localDay(entry.time) ?? '';
    const before = days.get(day) ?? { denied: 0, wouldDeny: 0 };
    days.set(
      day,
      entry.outcome === 'deny'
        ? { ...before, denied: before.denied + 1 }
        : { ...before, wouldDeny: before.wouldDeny + 1 },
    );
    const key = repeatKey(entry);
    const group = groups.get(key);
    groups.delete(key);
    groups.set(key, {
      count: (group?.count ?? 0) + 1,
      first: group?.first ?? entry.time,
      last: entry.time,
      entry,
    });
  }
  return { days, groups: [...groups.values()].slice(-5).reverse() };
}
