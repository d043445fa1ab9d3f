import type { KnownDifference } from './differences.ts';

/**
 * The packages of docker/cli's end-to-end tests that are compared. Never: those that use no engine (contexts,
 * plugins of the client, global options), and those of Swarm, engine plugins and Notary.
 */
export const packages: readonly string[] = ['container', 'image', 'system'];

/** As many pass on a bare engine, or what they need is missing: it is seen where both fail. */
export const atLeast = 12;

/** What passes on a bare engine alone. Names begin with that of the package. */
export const known: readonly KnownDifference[] = [];
