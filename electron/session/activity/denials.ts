import {
  activityDays,
  isDenial,
  isProbes,
  lastDays,
  localDay,
  repeatKey,
  type ActivityEntry,
  type ActivitySummary,
  type DenialGroup,
} from '../../../shared/audit/activity.ts';

/** Maximum number of separate groups; beyond that the oldest are dropped. */
const maxGroups = 500;
const groupsShown = 5;

/** Counts denials by day, and unseen ones, as entries arrive in the order of the log. */
export class DenialCounts {
  #days = new Map<string, { denied: number; wouldDeny: number }>();
  #groups = new Map<string, DenialGroup>();
  #unseen = 0;
  #seenUntil: string;
  #newest = '';
  #now: () => number;
  constructor(seenUntil: string | null, now: () => number = Date.now) {
    this.#seenUntil = seenUntil ?? '';
    this.#now = now;
  }

  /** `live`: it was written while the log was followed, so it is unseen, whatever its time. */
  add(entry: ActivityEntry, live: boolean): void {
    if (entry.time > this.#newest && !Number.isNaN(Date.parse(entry.time))) this.#newest = entry.time;
    // Refusals of a verification need no attention.
    if (!isDenial(entry) || isProbes(entry)) return;
    this.#count(entry);
    if (!live && entry.time <= this.#seenUntil) return;
    this.#unseen++;
    const key = repeatKey(entry);
    const before = this.#groups.get(key);
    // Inserted again: the map is ordered by the last denial.
    this.#groups.delete(key);
    this.#groups.set(
      key,
      before === undefined
        ? { count: 1, first: entry.time, last: entry.time, entry }
        : { count: before.count + 1, first: before.first, last: entry.time, entry },
    );
    if (this.#groups.size > maxGroups) this.#groups.delete(this.#groups.keys().next().value ?? key);
  }

  #count(entry: ActivityEntry): void {
    const day = localDay(entry.time);
    if (day === null) return;
    const counts = this.#days.get(day) ?? { denied: 0, wouldDeny: 0 };
    if (entry.outcome === 'deny') counts.denied++;
    else counts.wouldDeny++;
    this.#days.set(day, counts);
    // Times may have any value: the number of stored days stays small.
    if (this.#days.size > 4 * activityDays) this.#days.delete([...this.#days.keys()].toSorted()[0] ?? day);
  }

  /** Everything up to the newest entry was seen; the value is that time, to be stored. */
  markSeen(): string {
    // Never a time in the future: it would hide what happens until then.
    const until = [this.#newest, new Date(this.#now()).toISOString()].toSorted()[0] ?? '';
    if (until > this.#seenUntil) this.#seenUntil = until;
    this.#unseen = 0;
    this.#groups.clear();
    return this.#seenUntil;
  }

  summary(): Pick<ActivitySummary, 'days' | 'unseen' | 'groups'> {
    const days = lastDays(this.#now()).flatMap((day) => {
      const counts = this.#days.get(day);
      return counts === undefined ? [] : [{ day, ...counts }];
    });
    return { days, unseen: this.#unseen, groups: [...this.#groups.values()].slice(-groupsShown).reverse() };
  }
}
