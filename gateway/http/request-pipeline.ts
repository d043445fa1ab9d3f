import type { Denial } from '../../shared/policy/decision.ts';
import type { Origin } from '../base/socket-mount.ts';
import type { ClientSide } from './client-side.ts';
import type { EndReason } from './endings.ts';
import type { EngineLink } from './engine-link.ts';
import { errorResponse, errorStream, errorText } from './errors.ts';
import type { GatewayRequest, RequestOptions, UpgradeHandler, Verdict } from './exchange.ts';
import { ForwardedExchange } from './forwarded-exchange.ts';
import { BodyTracker } from './message/framing.ts';
import type { HeadError, ResponseHead } from './message/head-parser.ts';
import type { ParsedRequest } from './parsed-request.ts';
import { RequestDecision } from './request-decision.ts';
import { readRequestHead } from './request-head.ts';

const clients: Origin = { kind: 'clients' };

/** What requests do to their connection. */
export interface PipelineEvents {
  /** No request follows: the connection ends, after `lastAnswer`. */
  readonly ended: (reason: EndReason, lastAnswer?: Buffer) => void;
  /** The engine switched protocols. `early` came after the head; `handler` takes the sockets, if any does. */
  readonly switched: (head: ResponseHead, early: Buffer, handler: UpgradeHandler | null) => void;
}

/** The requests of one client connection, one after another: each is read, decided, and forwarded or refused. */
export class RequestPipeline {
  readonly #client: ClientSide;
  readonly #engine: EngineLink;
  readonly #options: RequestOptions;
  readonly #events: PipelineEvents;
  /**
   * `head`: the next request's is awaited. `deciding`: a verdict is worked out, the body may be read for it.
   * `exchange`: request and answer are relayed. `over`: no request follows.
   */
  #state: 'head' | 'deciding' | 'exchange' | 'over' = 'head';
  #draining = false;
  #isClientGone = false;
  /** Aborted when the client is gone; null while no request has needed it. */
  #gone: AbortController | null = null;

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

  /** Lets the request under way come to its end; none follows. */
  drain(): void {
    this.#draining = true;
    if (this.idle) this.#events.ended('complete');
  }

  /** The connection has ended: nothing more is decided or forwarded. */
  stop(): void {
    this.#state = 'over';
    this.#exchange?.abandon();
    this.#decision?.end();
  }

  /** Tells whoever decides, too, that nobody waits for an answer. */
  clientGone(): void {
    this.#isClientGone = true;
    this.#gone?.abort();
  }

  fromClient(bytes: Buffer): void {
    this.#client.add(bytes);
    this.pump();
    const crowded = this.#options.slot?.heldDenial() ?? null;
    const held = this.#client.inbox.length + (this.#decision?.heldBytes ?? 0);
    if (crowded !== null && held > 0) this.#refuseCrowded(crowded);
  }

  clientDrained(): void {
    this.#exchange?.clientDrained();
    if (this.#state !== 'head') return;
    this.#client.resume();
    this.pump();
  }

  /** Does what can be done with the bytes that are there. */
  pump(): void {
    for (;;) {
      switch (this.#state) {
        case 'head':
          if (!this.#readHead()) return;
          break;
        case 'deciding': {
          const goesOn = this.#decision?.readBody() ?? null;
          if (goesOn === true) break;
          if (goesOn === null) this.#client.holdBack();
          return;
        }
        case 'exchange':
          this.#exchange?.relayBody();
          this.#client.holdBack();
          return;
        case 'over':
          return;
      }
    }
  }

  fromEngine(bytes: Buffer): void {
    if (this.#state === 'exchange') this.#exchange?.fromEngine(bytes);
    // Nothing was asked: what an engine says unasked is not passed on.
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

  /** True when something else can go on. */
  #readHead(): boolean {
    this.#request = null;
    const progress = readRequestHead(this.#client, this.#options.slot);
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
      case 'request':
        return this.#decide(progress.request);
    }
  }

  /** True when something else can go on. */
  #decide(parsed: ParsedRequest): boolean {
    const { head, target, match } = parsed;
    const { slot } = this.#options;
    const hold = (bytes: number) => {
      slot?.hold(bytes);
    };
    this.#request = parsed;
    this.#requestBody = new BodyTracker(head.body, true);
    const decision = new RequestDecision(head, this.#requestBody, this.#client, hold, {
      decided: (verdict) => {
        this.#follow(verdict, parsed);
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
      gone: () => {
        decision.watchClient();
        this.#gone ??= new AbortController();
        return this.#gone.signal;
      },
      ...(slot === undefined ? {} : { slot }),
    };
    return decision.begin(() => this.#options.decide(request));
  }

  #follow(verdict: Verdict, request: ParsedRequest): void {
    if (verdict.kind === 'refuse') {
      if (verdict.inStream === true && request.upgrade === 'tcp')
        this.#events.ended('refused', errorStream(verdict.message));
      else this.#refuse(verdict.status, verdict.message);
      return;
    }
    this.#state = 'exchange';
    this.#exchange = new ForwardedExchange(request, verdict, this.#requestBody, this.#client, this.#engine, {
      complete: (close) => {
        this.#exchangeComplete(close);
      },
      switched: (head, early) => {
        this.#state = 'over';
        this.#events.switched(head, early, verdict.upgradeHandler ?? null);
      },
      replaced: (status, message) => {
        this.#answerReplaced(status, message);
      },
      ended: this.#events.ended,
      trouble: this.#options.malformed,
      proceed: () => {
        this.pump();
      },
    });
    this.#exchange.begin();
  }

  #exchangeComplete(close: boolean): void {
    this.#engine.settle();
    this.#exchange = null;
    if (close || this.#draining || (this.#client.ended && this.#client.inbox.length === 0)) {
      this.#events.ended('complete');
      return;
    }
    this.#state = 'head';
    this.#client.resume();
    if (this.#client.inbox.length > 0) this.pump();
    else this.#options.slot?.idle();
  }

  // ---- answers of the gateway's own

  #malformed({ status, why }: HeadError): void {
    this.#options.malformed(why);
    this.#lastAnswer(status, `bulkhead gateway: request refused: ${why}`);
  }

  /** Too much waits of what the user has sent. */
  #refuseCrowded(denial: Denial): void {
    const message = this.#options.crowded?.(denial) ?? '';
    // An answer that has begun can't become another one.
    if (this.#state === 'exchange') this.#events.ended('crowded');
    else if (this.#state !== 'over') this.#lastAnswer(429, message);
  }

  #refuse(status: number, message: string): void {
    // The pump that called goes on by itself.
    if (!this.#requestBody.done || this.#request?.head.close === true) this.#lastAnswer(status, message);
    else this.#answerAndGoOn(status, message);
  }

  /** In place of the engine's answer. */
  #answerReplaced(status: number, message: string): void {
    this.#exchange = null;
    if (status === 503) this.#options.engineGone?.();
    if (!this.#requestBody.done || this.#request?.head.close === true || this.#draining) {
      this.#lastAnswer(status, message);
      return;
    }
    this.#answerAndGoOn(status, message);
    this.#client.resume();
    this.pump();
  }

  #failed(error: unknown): void {
    // What was decided for nobody may fail for that very reason.
    if (this.#isClientGone) return;
    this.#options.malformed(`internal error: ${errorText(error)}`);
    this.#lastAnswer(
      500,
      "bulkhead gateway: the request could not be decided, so it was refused; see the gateway's log",
    );
  }

  /** The next request can follow: the body of this one is over. */
  #answerAndGoOn(status: number, message: string): void {
    this.#client.write(this.#errorResponse(status, message, false));
    this.#state = 'head';
  }

  #lastAnswer(status: number, message: string): void {
    this.#events.ended('refused', this.#errorResponse(status, message, true));
  }

  #errorResponse(status: number, message: string, close: boolean): Buffer {
    return errorResponse(status, message, { close, head: this.#request?.head.method === 'HEAD' });
  }
}
