/**
 * `NAME-before-eci`, with a number where that is taken: what an old container is called while its successor
 * has its name.
 */
export function keptName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? `${name}-before-eci` : `${name}-before-eci-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** The name that one called so had before; null for a name that is no such one. */
export const nameBeforeKept = (kept: string): string | null =>
  /^(.+)-before-eci(?:-\d+)?$/.exec(kept)?.[1] ?? null;
