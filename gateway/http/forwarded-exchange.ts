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

/** What becomes of a forwarded request. One of these is called, once; `trouble` and `proceed` before. */
export interface ForwardingEvents {
  /** Engine and client have all of it. `close`: the connection ends with it. */
  readonly complete: (close: boolean) => void;
  /** The engine switched protocols (or began a raw stream); `early` came after the head. */
  readonly switched: (head: ResponseHead, early: Buffer) => void;
  /** Nothing of a response has reached the client: it gets one of the gateway's own. */
  readonly replaced: (status: number, message: string) => void;
  /** `response-cut`: the client has a part of the response, or the engine of the body, and no more comes. */
  readonly ended: (
    reason: Extract<EndReason, 'response-cut' | 'framing-broken' | 'engine-protocol-error'>,
  ) => void;
  readonly reportProblem: (why: string) => void;
  /** The engine takes the request's body now. */
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

  /** Sends the request's head, and what is there of its body. */
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
    // A body that is relayed follows at once, as far as it is here: one write for both.
    const relayed = !this.#framing.done && this.#client.inbox.length > 0;
    if (relayed) this.#engine.cork();
    this.#engine.writeHead(forwardedHead(this.#request, raw), raw.body);
    if (head.expectContinue && !this.#framing.done) this.#client.write(continueResponse);
    if (relayed) {
      this.relayBody();
      this.#engine.uncork();
    }
  }

  /** Takes what has come of the request's body. */
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
    // The client's FIN in the middle of an exchange: the engine gets one too, after what belongs to the
    // request.
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

  /** The client takes more. */
  clientDrained(): void {
    this.#response.drained();
  }

  /** The engine takes more. */
  engineDrained(): void {
    if (this.#stream === null) this.#client.resume();
    else this.#stream.drained();
  }

  /** Nobody wants it any more: no event follows. */
  abandon(): void {
    this.#response.abandon();
    this.#stream?.abandon();
  }

  #responseDelivered(): void {
    // A body that is not sent to its end leaves nothing to go on with.
    if (this.#stream !== null && !this.#stream.done) this.#events.ended('response-cut');
    else if (this.#framing.done) this.#complete();
    // The engine answered before it had read the body; what it does with the rest (usually: close) decides.
    else if (this.#response.closes) this.#events.ended('response-cut');
  }

  #complete(): void {
    this.#events.complete(this.#request.head.close || this.#response.closes);
  }

  /** In place of the engine's response. */
  #responseReplaced(status: number, message: string): void {
    this.#response.abandon();
    // The engine waits for the rest of a body: the next request must not become that.
    if (this.#stream?.done === false || this.#engine.isAwaited) this.#engine.drop();
    this.#stream?.abandon();
    this.#events.replaced(status, message);
  }
}
