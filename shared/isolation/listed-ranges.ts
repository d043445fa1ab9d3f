/** Consecutive ids. */
export interface IdSpan {
  readonly start: number;
  readonly count: number;
}

/**
 * A line of /etc/subuid or /etc/subgid: ids that belong to an account (by name or number) in addition to its
 * own.
 */
export interface ListedRange extends IdSpan {
  readonly name: string;
}

/**
 * First subordinate id assigned to users who have none in /etc/subuid: above the ids that distributions
 * assign (SUB_UID_MAX is 600100000). The last is below `firstContainerId`.
 */
export const firstSubordinateId = 600_113_152;
/** First id of containers. Both kinds are assigned in ranges of `rangeSize`. */
export const firstContainerId = 1_000_013_824;

/** Lines of a text in the format of /etc/subuid; others are left out. */
export function listedRanges(text: string): ListedRange[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', start = '', count = ''] = /^([^:#\s]+):(\d{1,10}):(\d{1,10})\s*$/.exec(line) ?? [];
    return name === '' ? [] : [{ name, start: Number(start), count: Number(count) }];
  });
}

/** Whether the id is in the range. */
export function isInSpan({ start, count }: IdSpan, id: number): boolean {
  return id >= start && id < start + count;
}
