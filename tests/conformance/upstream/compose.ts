import type { KnownDifference } from './differences.ts';

/** As many pass on a bare engine, or what they need is missing: it is seen where both fail. */
export const atLeast = 130;

/** What passes on a bare engine alone. */
export const known: readonly KnownDifference[] = [];
