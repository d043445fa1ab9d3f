import type { GatewayRequest } from '../http/exchange.ts';
import { FairShare, type FairShareLimits } from './fair-share.ts';
import { ReceivingTurns, type ReceivingLimits } from './receiving-turns.ts';

/**
 * Memory: a body is up to 4 MB, twice while it grows. How long it takes to come is its client's affair, so
 * one turn of all would not do.
 */
const largeBodies: FairShareLimits = { each: 1, all: 2, waiting: 256 };
const slowBodies: ReceivingLimits = { afterMs: 1000, slow: 8 };
/** A body of 4 MB is up to 60 MB once it is parsed. How long that takes no client can say. */
const largeDecisions: FairShareLimits = { each: 1, all: 1, waiting: largeBodies.all };
/** Memory, too: a message of a build is up to 16 MB, and as much once it is written anew. */
const largeMessages: FairShareLimits = { each: 1, all: 2, waiting: 256 };
const slowMessages: ReceivingLimits = { afterMs: 1000, slow: 3 };
/**
 * Each asks the engine and the file system a few questions at a time. A command that creates containers in
 * parallel has fewer than this.
 */
const requests: FairShareLimits = { each: 8, all: 64, waiting: 1024 };

/** Who asks: a user of the machine, or a container by the socket it was given. */
export function callerName({ origin, peer, slot }: Pick<GatewayRequest, 'origin' | 'peer' | 'slot'>): string {
  if (slot !== undefined) return slot.caller;
  return origin.kind === 'socket-mount' ? `socket ${origin.id}` : `user ${peer()?.uid ?? 'unknown'}`;
}

/**
 * A body longer than this is read, parsed and decided in turn; it may be chunked, then nobody knows before.
 */
export const largeBodyBytes = 64 * 1024;

/** The turns of one gateway. */
export interface Turns {
  /** Of requests that ask the engine and the file system. */
  readonly requests: FairShare;
  /** Of those with a large body: from before it is read until it is decided. */
  readonly largeBodies: ReceivingTurns;
  /** Of the same, while they are decided. */
  readonly largeDecisions: FairShare;
  /** Of build calls, while a long message is read and until the engine has it. */
  readonly largeMessages: ReceivingTurns;
}

export const createTurns = (): Turns => ({
  requests: new FairShare(requests),
  largeBodies: new ReceivingTurns(new FairShare(largeBodies), slowBodies),
  largeDecisions: new FairShare(largeDecisions),
  largeMessages: new ReceivingTurns(new FairShare(largeMessages), slowMessages),
});
