import type { Denial } from '../../shared/policy/decision.ts';
import type { Origin } from '../base/socket-mount.ts';
import type { ClientSide } from './client-side.ts';
import type { EndReason } from './endings.ts';
import type { EngineLink } from './engine-link.ts';
import { errorResponse, errorStream, errorText } from './errors.ts';
import type { GatewayRequest, RequestOptions, UpgradeHandler, Verdict } from './exchange.ts';
import { ForwardedExchange } from './forwarded-exchange.ts';
import { BodyTracker } from './message/framing.ts';
import type { HeadError } from './message/head-parser.ts';
import { asLastRequest, type ParsedRequest } from './parsed-request.ts';
import { impliedGrpcRequest, notSwitched } from './prior-knowledge.ts';
import { RequestDecision } from './request-decision.ts';
import { readRequestHead } from './request-head.ts';

const clients: Origin = { kind: 'clients' };

/** What requests do to their connection. */
export interface PipelineEvents {
  /** No request follows: the connection ends, after `lastAnswer`. */
  readonly ended: (reason: EndReason, lastAnswer?: Buffer) => void;
  /** The engine switched protocols. `early` came after the head; `handler` takes the sockets, if any does. */
  readonly switched: (early: Buffer, handler: UpgradeHandler | null) => void;
  /** The client speaks HTTP/2 from its first byte, and all its calls are refused. */
  readonly callsRefused: (status: number, message: string) => void;
}

/**
 * The requests of one client connection, one after another: each is read, decided, and forwarded or refused.
 */
export class RequestPipeline {
  readonly #client: ClientSide;
  readonly #engine: EngineLink;
  readonly #options: RequestOptions;
  readonly #events: PipelineEvents;
  /**
   * `head`: waiting for the next request's head. `deciding`: the request is decided, its body may be read.
   * `exchange`: request and response are relayed. `over`: no request follows.
   */
  #state: 'head' | 'deciding' | 'exchange' | 'over' = 'head';
  #draining = false;
  #isRetiring = false;
  #isFirst = true;
  #isClientGone = false;
  /** Aborted when the client has disconnected; created on demand. */
  #clientAbort: AbortController | null = null;

  // The request under way.
  #request: ParsedRequest | null = null;
  #requestBody = new BodyTracker({ kind: 'none' }, true);
  #decision: RequestDecision | null = null;
  #exchange: ForwardedExchange | null = null;

  constructor(client: ClientSide, engine: EngineLink, options: RequestOptions, events: PipelineEvents) {
    this.#client = client;
    this.#engine = engine;
    this.#options = options;
    this.#events = events;
  }

  /** No request is under way. */
  get idle(): boolean {
    return this.#state === 'head' && this.#client.inbox.length === 0;
  }

  /** Finishes the current request and accepts no further one. */
  drain(): void {
    this.#draining = true;
    if (this.idle) this.#events.ended('complete');
  }

  /** The next request is answered with `Connection: close`: the client opens another connection then. */
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
    this.#isClientGone = true;
    this.#clientAbort?.abort();
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
    this.#request = null;
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
        this.#malformed(progress.error);
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
    const { head, target, match } = parsed;
    const { slot } = this.#options;
    const countBuffered = (bytes: number) => {
      slot?.countBuffered(bytes);
    };
    this.#request = parsed;
    this.#requestBody = new BodyTracker(head.body, true);
    const decision = new RequestDecision(head, this.#requestBody, this.#client, countBuffered, {
      decided: (verdict) => {
        this.#applyVerdict(verdict, parsed);
      },
      malformed: (error) => {
        this.#malformed(error);
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
    const request: GatewayRequest = {
      head,
      target,
      match,
      peer: () => this.#client.credentials,
      origin: this.#options.origin ?? clients,
      clientGone: () => {
        decision.watchClient();
        this.#clientAbort ??= new AbortController();
        return this.#clientAbort.signal;
      },
      ...(slot === undefined ? {} : { slot }),
    };
    return decision.begin(() => this.#options.decide(request));
  }

  #applyVerdict(verdict: Verdict, request: ParsedRequest): void {
    if (verdict.kind === 'refuse') {
      if (verdict.inStream === true && request.upgrade === 'tcp')
        this.#events.ended('refused', errorStream(verdict.message));
      else this.#refuse(verdict.status, verdict.message);
      return;
    }
    const { upgradeHandler = null } = verdict;
    if (request.isImplied === true && upgradeHandler === null) {
      verdict.settled?.();
      this.#failed(new Error('nobody decides the calls of a connection for builds'));
      return;
    }
    const handled = request.isImplied === true ? { ...verdict, response: notSwitched } : verdict;
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

  /** The engine has no `POST /grpc` any more: it takes HTTP/2 with prior knowledge itself. */
  #connectNatively(upgradeHandler: UpgradeHandler | null): void {
    this.#exchange = null;
    this.#state = 'over';
    this.#engine.open({ own: true });
    this.#events.switched(Buffer.alloc(0), upgradeHandler);
  }

  #exchangeComplete(close: boolean): void {
    this.#engine.settle();
    this.#exchange = null;
    if (this.#request?.isImplied === true) {
      this.#respondAndClose(502, 'bulkhead gateway: the engine opened no connection for builds');
      return;
    }
    if (close || this.#draining || (this.#client.ended && this.#client.inbox.length === 0)) {
      this.#events.ended('complete');
      return;
    }
    this.#state = 'head';
    this.#client.resume();
    if (this.#client.inbox.length > 0) this.pump();
    else this.#options.slot?.idle();
  }

  // ---- the gateway's own responses

  #malformed({ status, why }: HeadError): void {
    this.#options.onProtocolError(why);
    this.#respondAndClose(status, `bulkhead gateway: request refused: ${why}`);
  }

  /** The user exceeds the limit of buffered bytes. */
  #refuseOverLimit(denial: Denial): void {
    const message = this.#options.onOverLimit?.(denial) ?? '';
    // A response that was begun cannot be replaced.
    if (this.#state === 'exchange') this.#events.ended('over-buffer-limit');
    else if (this.#state !== 'over') this.#respondAndClose(429, message);
  }

  #refuse(status: number, message: string): void {
    // The pump that called goes on by itself.
    if (!this.#requestBody.done || this.#isLast) this.#respondAndClose(status, message);
    else this.#respondAndContinue(status, message);
  }

  /** No request can follow the one under way. */
  get #isLast(): boolean {
    return this.#request?.head.close === true || this.#request?.isImplied === true;
  }

  /** In place of the engine's response. */
  #responseReplaced(status: number, message: string): void {
    this.#exchange = null;
    if (status === 503) this.#options.onEngineUnreachable?.();
    if (!this.#requestBody.done || this.#isLast || this.#draining) {
      this.#respondAndClose(status, message);
      return;
    }
    this.#respondAndContinue(status, message);
    this.#client.resume();
    this.pump();
  }

  #failed(error: unknown): void {
    // A decision that was aborted fails for that reason.
    if (this.#isClientGone) return;
    this.#options.onProtocolError(`internal error: ${errorText(error)}`);
    this.#respondAndClose(
      500,
      "bulkhead gateway: the request could not be decided, so it was refused; see the gateway's log",
    );
  }

  /** The next request can follow: the body of this one is over. */
  #respondAndContinue(status: number, message: string): void {
    this.#client.write(this.#errorResponse(status, message, false));
    this.#state = 'head';
  }

  #respondAndClose(status: number, message: string): void {
    if (this.#request?.isImplied === true) {
      this.#events.callsRefused(status, message);
      return;
    }
    this.#events.ended('refused', this.#errorResponse(status, message, true));
  }

  #errorResponse(status: number, message: string, close: boolean): Buffer {
    return errorResponse(status, message, { close, head: this.#request?.head.method === 'HEAD' });
  }
}
