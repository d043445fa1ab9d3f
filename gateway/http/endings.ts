/**
 * Why a connection ends, and what the client gets. `flush`: what is queued for it and the last answer, then
 * FIN, then time to read them. `destroy`: nothing more.
 */
export const endings = {
  /** Nothing follows what was exchanged. */
  complete: 'flush',
  /** The client has the beginning of an answer, which is all there is. */
  'answer-cut': 'flush',
  /** FIN in the middle of a request that was not forwarded. */
  'request-cut': 'flush',
  'tunnel-ended': 'flush',
  /** An answer of the gateway's own is the last one. */
  refused: 'flush',
  'client-gone': 'destroy',
  /** No byte that follows can be taken for what it is. */
  'framing-broken': 'destroy',
  'engine-protocol-error': 'destroy',
  /** Too much waits of what the user has sent, and an answer has begun. */
  crowded: 'destroy',
  /** The upgrade handler is done with both sockets, has failed, or could not get them. */
  'takeover-ended': 'destroy',
  /** By the gateway, or for a new connection of the same user. */
  closed: 'destroy',
} as const satisfies Readonly<Record<string, 'flush' | 'destroy'>>;

export type EndReason = keyof typeof endings;
