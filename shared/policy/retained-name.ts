/**
 * `NAME-before-eci`, with a number if that is in use: the name of an old container while its successor has
 * its own.
 */
export function retainedName(name: string, used: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? `${name}-before-eci` : `${name}-before-eci-${number}`;
    if (!used.has(candidate)) return candidate;
  }
}

/** The name before the rename; null for a name of another form. */
export const originalName = (retained: string): string | null =>
  /^(.+)-before-eci(?:-\d+)?$/.exec(retained)?.[1] ?? null;
