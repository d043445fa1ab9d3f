/** Ids one after the other. */
export interface IdSpan {
  readonly start: number;
  readonly count: number;
}

/** A line of /etc/subuid or /etc/subgid: ids that an account, by its name or number, has beside its own. */
export interface ListedRange extends IdSpan {
  readonly name: string;
}

/**
 * First subordinate id that we give to users who have none in /etc/subuid; the last is below
 * `firstContainerId`.
 */
export const firstSubordinateId = 600_113_152;
/** First id that containers run with. Both kinds are given out in ranges of `rangeSize`. */
export const firstContainerId = 1_000_013_824;

/** Lines of text of the form of /etc/subuid; others are left out. */
export function listedRanges(text: string): ListedRange[] {
  return text.split('\n').flatMap((line) => {
    const [, name = '', start = '', count = ''] = /^([^:#\s]+):(\d{1,10}):(\d{1,10})\s*$/.exec(line) ?? [];
    return name === '' ? [] : [{ name, start: Number(start), count: Number(count) }];
  });
}

/** Whether the id is one of the range's. */
export function isInSpan({ start, count }: IdSpan, id: number): boolean {
  return id >= start && id < start + count;
}
