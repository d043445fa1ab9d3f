import type { ForwardedRequestInfo } from './response-reader.ts';
import { ResponseRelay, type ResponseEvents } from './response-relay.ts';
import { StreamedResponse } from './response-stream.ts';
import type { ClientSide } from './client-side.ts';
import type { EngineLink } from './engine-link.ts';
import type { EndReason } from './endings.ts';
import { continueResponse } from './errors.ts';
import type { Verdict } from './exchange.ts';
import type { BodyTracker } from './message/framing.ts';
import type { ResponseHead } from './message/response-head.ts';
import { forwardedHead, type ParsedRequest } from './parsed-request.ts';
import { StreamedRequest } from './request-stream.ts';

/**
 * The outcome of a forwarded request: exactly one of these is called, once; `reportProblem` and `proceed` may
 * be called before.
 */
export interface ForwardingEvents {
  /** Request and response are complete. `close`: the connection ends with them. */
  readonly complete: (close: boolean) => void;
  /** The engine switched protocols (or began a raw stream); `early`: bytes received after the head. */
  readonly switched: (head: ResponseHead, early: Buffer) => void;
  /** Nothing of a response was sent to the client: it gets one of the gateway's own. */
  readonly replaced: (status: number, message: string) => void;
  /**
   * `response-cut`: the client got a part of the response, or the engine a part of the body, and no more
   * follows.
   */
  readonly ended: (
    reason: Extract<EndReason, 'response-cut' | 'framing-broken' | 'engine-protocol-error'>,
  ) => void;
  readonly reportProblem: (why: string) => void;
  /** The engine accepts the request's body now. */
  readonly proceed: () => void;
}

type Forward = Extract<Verdict, { kind: 'forward' }>;

/** One request on its way to the engine, and the engine's response on its way to the client. */
export class ForwardedExchange {
  readonly #request: ParsedRequest;
  readonly #verdict: Forward;
  /** Of the request's body. */
  readonly #framing: BodyTracker;
  readonly #client: ClientSide;
  readonly #engine: EngineLink;
  readonly #events: ForwardingEvents;
  readonly #response: ResponseRelay | StreamedResponse;
  /** Changes the body on its way; null: it is relayed raw. */
  #stream: StreamedRequest | null = null;

  constructor(
    request: ParsedRequest,
    verdict: Forward,
    framing: BodyTracker,
    client: ClientSide,
    engine: EngineLink,
    events: ForwardingEvents,
  ) {
    this.#request = request;
    this.#verdict = verdict;
    this.#framing = framing;
    this.#client = client;
    this.#engine = engine;
    this.#events = events;
    const { head, match, upgrade, isImplied = false } = request;
    const requestInfo: ForwardedRequestInfo = {
      method: head.method,
      upgradeSent: upgrade !== null,
      tunnel: match?.route.tunnel ?? null,
      awaitsContinue: this.#changesBody,
      isImplied,
    };
    const responseEvents: ResponseEvents = {
      delivered: () => {
        this.#responseDelivered();
      },
      switched: events.switched,
      replaced: (status: number, message: string) => {
        this.#responseReplaced(status, message);
      },
      truncated: () => {
        events.ended('response-cut');
      },
      protocolError: () => {
        events.ended('engine-protocol-error');
      },
      reportProblem: events.reportProblem,
    };
    const { response } = verdict;
    this.#response =
      response !== undefined && 'begin' in response
        ? new StreamedResponse(requestInfo, response, client, engine, responseEvents)
        : new ResponseRelay(requestInfo, response ?? null, client, engine, responseEvents);
  }

  get #changesBody(): boolean {
    return this.#verdict.stream !== undefined && !this.#framing.done;
  }

  /** Sends the request's head, and the received part of its body. */
  begin(): void {
    const { settled, ownConnection = false, stream, ...raw } = this.#verdict;
    const { head } = this.#request;
    const isStreamed = stream !== undefined && this.#changesBody;
    this.#engine.open({ own: ownConnection, ...(settled === undefined ? {} : { settled }) });
    if (isStreamed) {
      this.#engine.writeHead(forwardedHead(this.#request, this.#verdict), undefined);
      this.#stream = new StreamedRequest(stream, this.#framing, this.#client, this.#engine, {
        begun: () => {
          if (head.expectContinue) this.#client.write(continueResponse);
          this.#events.proceed();
        },
        sent: () => {
          if (this.#response.done) this.#complete();
        },
        refused: (status, message) => {
          this.#responseReplaced(status, message);
        },
        broken: () => {
          this.#events.ended('framing-broken');
        },
        reportProblem: this.#events.reportProblem,
      });
      return;
    }
    // The received part of a relayed body follows at once: one write for both.
    const relayed = !this.#framing.done && this.#client.inbox.length > 0;
    if (relayed) this.#engine.cork();
    this.#engine.writeHead(forwardedHead(this.#request, raw), raw.body);
    if (head.expectContinue && !this.#framing.done) this.#client.write(continueResponse);
    if (relayed) {
      this.relayBody();
      this.#engine.uncork();
    }
  }

  /** Forwards the received part of the request's body. */
  relayBody(): void {
    if (this.#stream !== null) {
      this.#stream.forwardBody();
      if (this.#client.ended && !this.#framing.done) this.#engine.end();
      return;
    }
    if (!this.#framing.done && this.#client.inbox.length > 0) {
      const consumed = this.#framing.consume(this.#client.inbox);
      if (this.#framing.broken !== null) {
        this.#events.ended('framing-broken');
        return;
      }
      if (consumed > 0) {
        if (this.#engine.write(this.#client.take(consumed))) this.#client.resume();
        else this.#client.pause();
      }
    }
    if (this.#framing.done && this.#response.done) this.#complete();
    // The client's FIN during an exchange: the engine gets one too, after the request's bytes.
    else if (this.#client.ended && (this.#client.inbox.length === 0 || !this.#framing.done))
      this.#engine.end();
  }

  fromEngine(bytes: Buffer): void {
    this.#response.fromEngine(bytes);
    if (this.#response.receivedContinue) this.#stream?.begin();
  }

  engineEnded(): void {
    this.#response.engineEnded();
  }

  engineFailed(error: NodeJS.ErrnoException): void {
    this.#response.engineFailed(error);
  }

  /** The client accepts more. */
  clientDrained(): void {
    this.#response.drained();
  }

  /** The engine accepts more. */
  engineDrained(): void {
    if (this.#stream === null) this.#client.resume();
    else this.#stream.drained();
  }

  /** The exchange is abandoned: no event follows. */
  abandon(): void {
    this.#response.abandon();
    this.#stream?.abandon();
  }

  #responseDelivered(): void {
    // After an incomplete body the connection can't be used any more.
    if (this.#stream !== null && !this.#stream.done) this.#events.ended('response-cut');
    else if (this.#framing.done) this.#complete();
    // The engine responded before it had read the body: its next action (usually: close) ends the exchange.
    else if (this.#response.closes) this.#events.ended('response-cut');
  }

  #complete(): void {
    this.#events.complete(this.#request.head.close || this.#response.closes);
  }

  /** In place of the engine's response. */
  #responseReplaced(status: number, message: string): void {
    this.#response.abandon();
    // The engine still waits for the rest of the body, which the next request must not become.
    if (this.#stream?.done === false || this.#engine.isAwaited) this.#engine.drop();
    this.#stream?.abandon();
    this.#events.replaced(status, message);
  }
}
