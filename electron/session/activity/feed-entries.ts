import {
  activityDepth,
  activityPageSize,
  userIdOf,
  type ActivityEntry,
} from '../../../shared/audit/activity.ts';

/** By how much lists may exceed their limit: they are trimmed occasionally, not at every entry. */
const trimAfter = 1000;

/** The newest entries of a decision log, and those that were not delivered yet. */
export class FeedEntries {
  #entries: ActivityEntry[] = [];
  #new: ActivityEntry[] = [];
  /** Number of new entries that were dropped. */
  #left = 0;

  get count(): number {
    return this.#entries.length;
  }

  get hasNew(): boolean {
    return this.#new.length > 0;
  }

  add(entry: ActivityEntry): void {
    this.#entries.push(entry);
    this.#new.push(entry);
    if (this.#entries.length > activityDepth + trimAfter) this.trim();
    if (this.#new.length > activityDepth + trimAfter) {
      this.#left += this.#new.length - activityDepth;
      this.#new = this.#new.slice(-activityDepth);
    }
  }

  trim(): void {
    this.#entries = this.#entries.slice(-activityDepth);
  }

  /** Sets the users of entries that have none, by their uid. */
  setUsers(nameOf: (uid: ActivityEntry['client']['uid']) => ActivityEntry['user']): void {
    const named = (entry: ActivityEntry): ActivityEntry =>
      entry.user === null ? { ...entry, user: nameOf(userIdOf(entry)) } : entry;
    this.#entries = this.#entries.map(named);
    this.#new = this.#new.map(named);
  }

  takeNew(): { readonly entries: readonly ActivityEntry[]; readonly left: number } {
    const taken = { entries: this.#new, left: this.#left };
    this.#new = [];
    this.#left = 0;
    return taken;
  }

  /** See `ActivityFeed.page`. */
  page(
    before: number | null,
    limit: number,
  ): { readonly entries: readonly ActivityEntry[]; readonly more: boolean } {
    const { length } = this.#entries;
    const end = before === null ? length : lowerBound(this.#entries, before);
    const oldest = Math.max(0, length - activityDepth);
    const start = Math.max(oldest, end - Math.min(limit, activityPageSize));
    return { entries: this.#entries.slice(start, Math.max(start, end)), more: start > oldest };
  }
}

/** Index of the first entry whose seq is not below `seq`. */
function lowerBound(entries: readonly ActivityEntry[], seq: number): number {
  let low = 0,
    high = entries.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.seq ?? 0) < seq) low = middle + 1;
    else high = middle;
  }
  return low;
}
