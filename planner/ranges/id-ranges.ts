import { firstContainerId } from '../../shared/isolation/listed-ranges.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';

/** First host id handed out: above the ids that distributions assign to users in /etc/subuid by default. */
export const firstBase = firstContainerId;
/** Last base: all of its ids exist (up to 2^32 - 2), and so do some above it. */
export const lastBase = 4_294_836_224;

/** Whether `base` is a base of a range. */
export function isBase(base: number): boolean {
  return (
    Number.isInteger(base) && base >= firstBase && base <= lastBase && (base - firstBase) % rangeSize === 0
  );
}

/** The base after `base`; the first one after the last. */
export function nextBase(base: number): number {
  return base + rangeSize > lastBase ? firstBase : base + rangeSize;
}
