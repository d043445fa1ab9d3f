import type { Denial } from '../../shared/policy/decision.ts';
import type { ClientSide } from './client-side.ts';
import type { EngineLink } from './engine-link.ts';
import { errorStream } from './errors.ts';
import type { RequestOptions, UpgradeHandler, Verdict } from './exchange.ts';
import { ForwardedExchange } from './forwarded-exchange.ts';
import { ClientDisconnection, gatewayRequest } from './gateway-request.ts';
import { BodyTracker } from './message/framing.ts';
import { OwnResponses, type OwnResponseEvents } from './own-responses.ts';
import { asLastRequest, type ParsedRequest } from './parsed-request.ts';
import { impliedGrpcRequest, refuseNotSwitched } from './prior-knowledge.ts';
import { RequestDecision } from './request-decision.ts';
import { readRequestHead } from './request-head.ts';

/** Events for the connection. */
export interface PipelineEvents extends OwnResponseEvents {
  /**
   * The engine switched protocols. `early`: bytes received after the head; `handler` takes the sockets, if
   * any does.
   */
  readonly switched: (early: Buffer, handler: UpgradeHandler | null) => void;
}

/**
 * The requests of one client connection, one after another: each is read, decided, and forwarded or refused.
 */
export class RequestPipeline {
  readonly #client: ClientSide;
  readonly #engine: EngineLink;
  readonly #options: RequestOptions;
  readonly #events: PipelineEvents;
  readonly #responses: OwnResponses;
  /**
   * `head`: waiting for the next request's head. `deciding`: the request is decided, its body may be read.
   * `exchange`: request and response are relayed. `over`: no request follows.
   */
  #state: 'head' | 'deciding' | 'exchange' | 'over' = 'head';
  #draining = false;
  #isRetiring = false;
  #isFirst = true;
  readonly #disconnection = new ClientDisconnection();

  // The request under way.
  #requestBody = new BodyTracker({ kind: 'none' }, true);
  #decision: RequestDecision | null = null;
  #exchange: ForwardedExchange | null = null;

  constructor(client: ClientSide, engine: EngineLink, options: RequestOptions, events: PipelineEvents) {
    this.#client = client;
    this.#engine = engine;
    this.#options = options;
    this.#events = events;
    this.#responses = new OwnResponses(client, events, options.onProtocolError);
  }

  /** No request is under way. */
  get idle(): boolean {
    return this.#state === 'head' && this.#client.inbox.length === 0;
  }

  /**
   * Finishes the current request and accepts no further one. In a gateway that was replaced its body must
   * come in time: else it would be decided by an earlier program, however much later.
   */
  drain(): void {
    this.#draining = true;
    if (this.#isRetiring) this.#decision?.limitBody();
    if (this.idle) this.#events.ended('complete');
  }

  /**
   * The response to the next request gets `Connection: close`, so that the client opens another connection.
   */
  retire(): void {
    this.#isRetiring = true;
  }

  /** The connection has ended: nothing more is decided or forwarded. */
  stop(): void {
    this.#state = 'over';
    this.#exchange?.abandon();
    this.#decision?.end();
  }

  /** Aborts the running decision: the client has disconnected. */
  clientGone(): void {
    this.#disconnection.happened();
  }

  fromClient(bytes: Buffer): void {
    this.#client.append(bytes);
    this.pump();
    const denial = this.#options.slot?.bufferLimitDenial() ?? null;
    const bufferedBytes = this.#client.inbox.length + (this.#decision?.bufferedBytes ?? 0);
    if (denial !== null && bufferedBytes > 0) this.#refuseOverLimit(denial);
  }

  clientDrained(): void {
    this.#exchange?.clientDrained();
    if (this.#state !== 'head') return;
    this.#client.resume();
    this.pump();
  }

  /** Processes the received bytes as far as possible. */
  pump(): void {
    for (;;) {
      switch (this.#state) {
        case 'head':
          if (!this.#readHead()) return;
          break;
        case 'deciding': {
          const canContinue = this.#decision?.readBody() ?? null;
          if (canContinue === true) break;
          if (canContinue === null) this.#client.applyBackpressure();
          return;
        }
        case 'exchange':
          this.#exchange?.relayBody();
          this.#client.applyBackpressure();
          return;
        case 'over':
          return;
      }
    }
  }

  fromEngine(bytes: Buffer): void {
    if (this.#state === 'exchange') this.#exchange?.fromEngine(bytes);
    // No request is pending: an unsolicited response is not passed on.
    else this.#engine.drop();
  }

  engineDrained(): void {
    if (this.#exchange === null) this.#client.resume();
    else this.#exchange.engineDrained();
  }

  engineEnded(): void {
    if (this.#state === 'exchange') this.#exchange?.engineEnded();
    // The next request gets a new connection.
    else this.#engine.drop();
  }

  engineFailed(error: NodeJS.ErrnoException): void {
    if (this.#state === 'exchange') this.#exchange?.engineFailed(error);
    else this.#engine.drop();
  }

  /** True when the pump can continue. */
  #readHead(): boolean {
    this.#responses.setRequest(null);
    const progress = readRequestHead(this.#client, this.#options.slot, this.#isFirst);
    switch (progress.kind) {
      case 'nothing':
        if (this.#client.ended || this.#draining) this.#events.ended('complete');
        return false;
      case 'more':
        return false;
      case 'cut':
        this.#events.ended('request-cut');
        return false;
      case 'malformed':
        this.#responses.malformed(progress.error);
        return false;
      case 'http2':
        this.#isFirst = false;
        return this.#decide(impliedGrpcRequest());
      case 'request':
        this.#isFirst = false;
        return this.#decide(this.#isRetiring ? asLastRequest(progress.request) : progress.request);
    }
  }

  /** True when the pump can continue. */
  #decide(parsed: ParsedRequest): boolean {
    const { slot } = this.#options;
    const countBuffered = (bytes: number) => {
      slot?.countBuffered(bytes);
    };
    this.#responses.setRequest(parsed);
    this.#requestBody = new BodyTracker(parsed.head.body, true);
    const decision = new RequestDecision(parsed.head, this.#requestBody, this.#client, countBuffered, {
      decided: (verdict) => {
        this.#applyVerdict(verdict, parsed);
      },
      malformed: (error) => {
        this.#responses.malformed(error);
      },
      failed: (error) => {
        this.#failed(error);
      },
      ended: this.#events.ended,
      proceed: () => {
        this.pump();
      },
    });
    this.#decision = decision;
    this.#state = 'deciding';
    if (this.#isRetiring && this.#draining) decision.limitBody();
    const request = gatewayRequest(parsed, this.#client, this.#options, decision, this.#disconnection);
    return decision.begin(() => this.#options.decide(request));
  }

  #applyVerdict(verdict: Verdict, request: ParsedRequest): void {
    if (verdict.kind === 'refuse') {
      if (verdict.inStream === true && request.upgrade === 'tcp')
        this.#events.ended('refused', errorStream(verdict.message));
      else this.#refuse(verdict);
      return;
    }
    const { upgradeHandler = null } = verdict;
    if (request.isImplied === true && upgradeHandler === null) {
      verdict.settled?.();
      this.#failed(new Error('nobody decides the calls of a connection for builds'));
      return;
    }
    const handled = request.isImplied === true ? { ...verdict, response: refuseNotSwitched } : verdict;
    this.#state = 'exchange';
    this.#exchange = new ForwardedExchange(request, handled, this.#requestBody, this.#client, this.#engine, {
      complete: (close) => {
        this.#exchangeComplete(close);
      },
      switched: (head, early) => {
        this.#state = 'over';
        this.#events.switched(early, head.status === 101 ? upgradeHandler : null);
      },
      replaced: (status, message) => {
        if (request.isImplied === true && status === 404) this.#connectNatively(upgradeHandler);
        else this.#responseReplaced(status, message);
      },
      ended: this.#events.ended,
      reportProblem: this.#options.onProtocolError,
      proceed: () => {
        this.pump();
      },
    });
    this.#exchange.begin();
  }

  /** The engine no longer has `POST /grpc`: it accepts HTTP/2 with prior knowledge itself. */
  #connectNatively(upgradeHandler: UpgradeHandler | null): void {
    this.#exchange = null;
    this.#state = 'over';
    this.#engine.open({ own: true });
    this.#events.switched(Buffer.alloc(0), upgradeHandler);
  }

  #exchangeComplete(close: boolean): void {
    this.#engine.settle();
    this.#exchange = null;
    if (this.#responses.isToImpliedRequest) {
      this.#responses.respondAndClose(502, 'bulkhead gateway: the engine opened no connection for builds');
      return;
    }
    if (close || this.#draining || (this.#client.ended && this.#client.inbox.length === 0)) {
      this.#events.ended('complete');
      return;
    }
    this.#state = 'head';
    this.#client.resume();
    if (this.#client.inbox.length > 0) this.pump();
    else this.#options.slot?.markIdle();
  }

  // ---- the gateway's own responses

  /** The user exceeds the limit of buffered bytes. */
  #refuseOverLimit(denial: Denial): void {
    const message = this.#options.onOverLimit?.(denial) ?? '';
    // A response that was begun cannot be replaced.
    if (this.#state === 'exchange') this.#events.ended('over-buffer-limit');
    else if (this.#state !== 'over') this.#responses.respondAndClose(429, message);
  }

  #refuse({ status, message, isPlainText }: Extract<Verdict, { kind: 'refuse' }>): void {
    // The pump that called continues by itself.
    if (!this.#requestBody.done || this.#responses.isLast)
      this.#responses.respondAndClose(status, message, isPlainText);
    else this.#respondAndContinue(status, message, isPlainText);
  }

  /** In place of the engine's response. */
  #responseReplaced(status: number, message: string): void {
    this.#exchange = null;
    if (status === 503) this.#options.onEngineUnreachable?.();
    if (!this.#requestBody.done || this.#responses.isLast || this.#draining) {
      this.#responses.respondAndClose(status, message);
      return;
    }
    this.#respondAndContinue(status, message);
    this.#client.resume();
    this.pump();
  }

  #failed(error: unknown): void {
    // A decision that was aborted fails for that reason.
    if (this.#disconnection.hasHappened) return;
    this.#responses.undecided(error);
  }

  #respondAndContinue(status: number, message: string, isPlainText = false): void {
    this.#responses.respond(status, message, isPlainText);
    this.#state = 'head';
  }
}
