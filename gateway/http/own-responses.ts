import type { ClientSide } from './client-side.ts';
import type { EndReason } from './endings.ts';
import { errorResponse, errorText } from './errors.ts';
import type { HeadError } from './message/head-parser.ts';
import type { ParsedRequest } from './parsed-request.ts';

/** How the gateway's own responses end a connection. */
export interface OwnResponseEvents {
  /** No request follows: the connection ends, after `lastResponse`. */
  readonly ended: (reason: EndReason, lastResponse?: Buffer) => void;
  /** The client uses HTTP/2 with prior knowledge, and every call is refused. */
  readonly callsRefused: (status: number, message: string) => void;
}

/** The gateway's own responses, in place of the engine's, to one request after another. */
export class OwnResponses {
  readonly #client: Pick<ClientSide, 'write'>;
  readonly #events: OwnResponseEvents;
  readonly #reportProblem: (why: string) => void;
  /** Null until the head of the next request is read. */
  #request: ParsedRequest | null = null;

  constructor(
    client: Pick<ClientSide, 'write'>,
    events: OwnResponseEvents,
    reportProblem: (why: string) => void,
  ) {
    this.#client = client;
    this.#events = events;
    this.#reportProblem = reportProblem;
  }

  /** Responses are to this request from now on. */
  setRequest(request: ParsedRequest | null): void {
    this.#request = request;
  }

  /** The request was implied by HTTP/2 with prior knowledge. */
  get isToImpliedRequest(): boolean {
    return this.#request?.isImplied === true;
  }

  /** No request can follow the current one. */
  get isLast(): boolean {
    return this.#request?.head.close === true || this.isToImpliedRequest;
  }

  /** The next request can follow: the body of this one is complete. */
  respond(status: number, message: string, isPlainText = false): void {
    this.#client.write(this.#error(status, message, { close: false, isPlainText }));
  }

  respondAndClose(status: number, message: string, isPlainText = false): void {
    if (this.isToImpliedRequest) this.#events.callsRefused(status, message);
    else this.#events.ended('refused', this.#error(status, message, { close: true, isPlainText }));
  }

  malformed({ status, why }: HeadError): void {
    this.#reportProblem(why);
    this.respondAndClose(status, `bulkhead gateway: request refused: ${why}`);
  }

  undecided(error: unknown): void {
    this.#reportProblem(`internal error: ${errorText(error)}`);
    this.respondAndClose(
      500,
      "bulkhead gateway: the request could not be decided, so it was refused; see the gateway's log",
    );
  }

  #error(status: number, message: string, format: { close: boolean; isPlainText: boolean }): Buffer {
    return errorResponse(status, message, { ...format, head: this.#request?.head.method === 'HEAD' });
  }
}
