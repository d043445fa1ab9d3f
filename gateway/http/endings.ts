/**
 * The reasons for the end of a connection, and what the client gets. `flush`: the write buffer and the last
 * response, then FIN, then time to read them. `destroy`: nothing.
 */
export const endings = {
  /** All requests have their responses. */
  complete: 'flush',
  /** The response was truncated by the engine. */
  'response-cut': 'flush',
  /** FIN in the middle of a request that was not forwarded. */
  'request-cut': 'flush',
  'tunnel-ended': 'flush',
  /** A response of the gateway's own is the last one. */
  refused: 'flush',
  'client-gone': 'destroy',
  /** The request's framing is invalid: no later byte can be interpreted. */
  'framing-broken': 'destroy',
  'engine-protocol-error': 'destroy',
  /** The user exceeds the limit of buffered bytes, and a response was begun. */
  'over-buffer-limit': 'destroy',
  /** The upgrade handler is done with both sockets, has failed, or could not get them. */
  'upgrade-ended': 'destroy',
  /** By the gateway, or for a new connection of the same user. */
  closed: 'destroy',
} as const satisfies Readonly<Record<string, 'flush' | 'destroy'>>;

export type EndReason = keyof typeof endings;
