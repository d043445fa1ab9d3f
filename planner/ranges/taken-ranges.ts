import { rangeSize } from '../../shared/isolation/range-size.ts';
import { firstBase, lastBase } from './id-ranges.ts';
import { idsInUse, type IdSpan } from './taken-ids.ts';

/** Bases of the ranges that contain ids of running processes of this machine, or of their threads. */
export function basesInUse(of?: 'processes' | 'threads'): Set<number> {
  const found = new Set<number>();
  for (const { start, count } of idsInUse(of)) {
    const first = firstBase + Math.floor((start - firstBase) / rangeSize) * rangeSize;
    for (let base = Math.max(first, firstBase); base < start + count && base <= lastBase; base += rangeSize)
      found.add(base);
  }
  return found;
}

/** Whether the range at `base` overlaps with the span of ids. */
export function overlaps(base: number, { start, count }: IdSpan): boolean {
  return start < base + rangeSize && base < start + count;
}
