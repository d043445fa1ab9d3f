import type { Origin } from '../base/socket-mount.ts';
import type { ClientSide } from './client-side.ts';
import type { GatewayRequest, RequestOptions } from './exchange.ts';
import type { ParsedRequest } from './parsed-request.ts';
import type { RequestDecision } from './request-decision.ts';

const clients: Origin = { kind: 'clients' };

/** A request as the gatekeeper decides it. */
export function gatewayRequest(
  { head, target, match }: ParsedRequest,
  client: ClientSide,
  { slot, origin = clients }: RequestOptions,
  decision: RequestDecision,
  disconnection: ClientDisconnection,
): GatewayRequest {
  return {
    head,
    target,
    match,
    peer: () => client.credentials,
    origin,
    clientGone: () => {
      decision.watchClient();
      return disconnection.signal;
    },
    ...(slot === undefined ? {} : { slot }),
  };
}

/** Whether a connection's client has disconnected. */
export class ClientDisconnection {
  #hasHappened = false;
  /** Created on demand: few decisions wait. */
  #abort: AbortController | null = null;

  get hasHappened(): boolean {
    return this.#hasHappened;
  }

  /** Aborted when the client disconnects. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    return this.#abort.signal;
  }

  happened(): void {
    this.#hasHappened = true;
    this.#abort?.abort();
  }
}
