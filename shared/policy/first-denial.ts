import type { Denial } from './decision.ts';

/** The denial of the first check that has one; later checks are not performed. */
export function firstDenial(...checks: readonly (() => Denial | null)[]): Denial | null {
  for (const check of checks) {
    const denial = check();
    if (denial !== null) return denial;
  }
  return null;
}

/** The denial of the first item that `check` denies. */
export function firstDenialOf<T>(items: Iterable<T>, check: (item: T) => Denial | null): Denial | null {
  for (const item of items) {
    const denial = check(item);
    if (denial !== null) return denial;
  }
  return null;
}
