import type { GatewayRequest } from '../http/exchange.ts';
import { FairShare, type FairShareLimits } from './fair-share.ts';
import { ReceivingTurns, type ReceivingLimits } from './receiving-turns.ts';

/**
 * Limits memory: a body has up to 4 MB, twice that while its buffer grows. Its client decides how long it
 * takes, so a single turn for all would not do.
 */
const largeBodies: FairShareLimits = { each: 1, all: 2, waiting: 256 };
const slowBodies: ReceivingLimits = { afterMs: 1000, slow: 8 };
/**
 * A body of 4 MB takes up to 60 MB once it is parsed. No client can prolong that, except by a look-up of a
 * container that holds up the engine: by `engineLookup`, also on a slow machine.
 */
const largeDecisions: FairShareLimits = { each: 1, all: 1, waiting: largeBodies.all };
/** Limits memory, too: a message of a build has up to 16 MB, and as much again when it is re-serialized. */
const largeMessages: FairShareLimits = { each: 1, all: 2, waiting: 256 };
const slowMessages: ReceivingLimits = { afterMs: 1000, slow: 3 };
/**
 * Each request has a few concurrent queries to the engine and the file system. A command that creates
 * containers in parallel has fewer requests than this.
 */
const requests: FairShareLimits = { each: 8, all: 64, waiting: 1024 };

/** The caller of a request: a user of the machine, or a container by its socket. */
export function callerName({ origin, peer, slot }: Pick<GatewayRequest, 'origin' | 'peer' | 'slot'>): string {
  if (slot !== undefined) return slot.caller;
  return origin.kind === 'socket-mount' ? `socket ${origin.id}` : `user ${peer()?.uid ?? 'unknown'}`;
}

/**
 * A body longer than this is read, parsed and decided in turn; of a chunked one the length is not known
 * before.
 */
export const largeBodyBytes = 64 * 1024;

/** The turns of one gateway. */
export interface Turns {
  /** For requests that query the engine and the file system. */
  readonly requests: FairShare;
  /** For those with a large body: from before it is read until it is decided. */
  readonly largeBodies: ReceivingTurns;
  /** For the same, while they are decided. */
  readonly largeDecisions: FairShare;
  /** For build calls, while a long message is read and until the engine has it. */
  readonly largeMessages: ReceivingTurns;
}

export const createTurns = (): Turns => ({
  requests: new FairShare(requests),
  largeBodies: new ReceivingTurns(new FairShare(largeBodies), slowBodies),
  largeDecisions: new FairShare(largeDecisions),
  largeMessages: new ReceivingTurns(new FairShare(largeMessages), slowMessages),
});
