import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { AnswerRelay, type AnswerEvents } from './answer-relay.ts';
import { StreamedAnswer } from './answer-stream.ts';
import { ClientSide } from './client-side.ts';
import { EngineLink } from './engine-link.ts';
import { continueResponse, errorResponse, errorStream, errorText } from './errors.ts';
import type {
  Gatekeeper,
  GatewayRequest,
  Handling,
  ReadingTurn,
  UpgradeHandler,
  Verdict,
} from './exchange.ts';
import { BodyTracker } from './message/framing.ts';
import {
  headEnd,
  isUnparseable,
  maxHeadBytes,
  type BodyLength,
  type ResponseHead,
} from './message/head-parser.ts';
import { forwardedHead, parseRequest, type ParsedRequest } from './parsed-request.ts';
import { StreamedRequest } from './request-stream.ts';
import type { Denial } from '../../shared/policy/decision.ts';
import type { ConnectionSlot } from '../callers/connection-slot.ts';
import type { Origin } from '../base/socket-mount.ts';

const empty = Buffer.alloc(0);
const clients: Origin = { kind: 'clients' };
const noBody: BodyLength = { kind: 'none' };
/** How often a client is looked after while its request is decided, ms. */
const lookAfterMs = 200;
/** How long a long body may take once it is being read, ms: others wait for it. */
const bodyMs = 15_000;

/** What a connection needs of the gateway it belongs to. */
export interface ConnectionOptions {
  readonly engineSocket: string;
  readonly decide: Gatekeeper;
  /** The socket the client came in by. Default: the clients' one. */
  readonly origin?: Origin;
  /** Its place among its user's connections. Default: it counts for nobody. */
  readonly slot?: ConnectionSlot;
  /** Takes note of a refusal by the connection limits; the text for the client. */
  readonly crowded?: (denial: Denial) => string;
  /** Told once, when the connection is over. */
  readonly ended: (connection: ClientConnection) => void;
  /** Told of message-layer refusals and of internal errors (never of bodies). */
  readonly malformed: (why: string) => void;
  /** Told when a client got a 503 because the engine could not be reached. */
  readonly engineGone?: () => void;
}

type State =
  /** Waiting for the next request head. */
  | 'head'
  /** A verdict is being worked out. */
  | 'deciding'
  /** The body is being read for inspection. */
  | 'reading-body'
  /** Request and answer are being relayed. */
  | 'exchange'
  | 'tunnel'
  /** Somebody else has both sockets. */
  | 'taken-over'
  /** Over for us: what still comes is thrown away. */
  | 'lingering'
  | 'closed';

/**
 * One client connection and the one engine connection that belongs to it. Every request is parsed, decided
 * and written anew; bodies and answers are relayed raw, their framing followed exactly, so that no byte of a
 * later request can hide in an earlier one.
 */
export class ClientConnection {
  readonly #client: ClientSide;
  readonly #engine: EngineLink;
  readonly #options: ConnectionOptions;
  #state: State = 'head';
  #draining = false;
  #takenOver: readonly Duplex[] = [];

  // The exchange under way.
  #request: ParsedRequest | null = null;
  #requestBody = new BodyTracker(noBody, true);
  /** The first bytes of it are filled: one buffer that grows, since a body may come byte by byte. */
  #collected: Buffer = empty;
  #collectedBytes = 0;
  /** Aborted when the client has left; null while nobody asked. */
  #gone: AbortController | null = null;
  #lookAfter: NodeJS.Timeout | null = null;
  /** What reading and deciding a long body takes. */
  #turn: ReadingTurn | null = null;
  /** Bytes of the body that count as the user's. */
  #heldBody = 0;
  #bodyTimer: NodeJS.Timeout | null = null;
  #pendingBody: Extract<Handling, { kind: 'read-body' }> | null = null;
  #answer: AnswerRelay | StreamedAnswer | null = null;
  /** Changes the body on its way; null: it is relayed raw. */
  #stream: StreamedRequest | null = null;
  #takeOver: UpgradeHandler | null = null;
  readonly #answerEvents: AnswerEvents;

  constructor(client: Socket, options: ConnectionOptions) {
    this.#options = options;
    this.#client = new ClientSide(
      client,
      {
        bytes: (bytes) => {
          this.#fromClient(bytes);
        },
        end: () => {
          this.#clientEnd();
        },
        drain: () => {
          this.#engine.resume();
          this.#answer?.drained();
          if (this.#state !== 'head') return;
          this.#client.resume();
          this.#pump();
        },
        gone: () => {
          this.close();
        },
      },
      options.slot ?? null,
    );
    this.#engine = new EngineLink(options.engineSocket, {
      bytes: (bytes) => {
        this.#fromEngine(bytes);
      },
      end: () => {
        this.#engineEnd();
      },
      error: (error) => {
        this.#engineError(error);
      },
      drain: () => {
        if (this.#stream === null) this.#client.resume();
        else this.#stream.drained();
      },
    });
    this.#answerEvents = {
      answered: () => {
        this.#answered();
      },
      switched: (head, early) => {
        this.#switched(head, early);
      },
      replaced: (status, message) => {
        this.#answerOurselves(status, message);
      },
      cut: () => {
        this.#finish();
      },
      protocolError: () => {
        this.close();
      },
      trouble: options.malformed,
    };
    const { slot } = options;
    if (slot === undefined) return;
    slot.close = () => {
      this.close();
    };
    slot.closeIfIdle = () => {
      if (!this.idle || this.#client.hasUnread) return false;
      this.close();
      return true;
    };
    slot.idle();
  }

  /** The connection speaks another protocol by now. */
  get switched(): boolean {
    return this.#state === 'tunnel' || this.#state === 'taken-over';
  }

  /** No exchange is under way. */
  get idle(): boolean {
    return this.#state === 'head' && this.#client.inbox.length === 0;
  }

  /** Lets the exchange under way end, then closes. */
  drain(): void {
    this.#draining = true;
    if (this.idle) this.#finish();
  }

  /** Ends both sides at once. */
  close(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#client.destroy();
    this.#engine.drop();
    this.#answer?.abandon();
    this.#stream?.abandon();
    for (const socket of this.#takenOver) socket.destroy();
    this.#collected = empty;
    this.#decided();
    this.#gone?.abort();
    this.#options.slot?.leave();
    this.#options.ended(this);
  }

  // ---- the request

  #fromClient(bytes: Buffer): void {
    if (this.#state === 'tunnel') {
      if (!this.#engine.write(bytes)) this.#client.pause();
      return;
    }
    this.#client.add(bytes);
    this.#pump();
    const crowded = this.#options.slot?.heldDenial() ?? null;
    if (crowded !== null && this.#client.inbox.length + this.#heldBody > 0) this.#crowded(crowded);
  }

  /** Too much waits of what the user has sent. */
  #crowded(denial: Denial): void {
    const message = this.#options.crowded?.(denial) ?? '';
    // An answer that has begun can't become another one.
    if (this.#state === 'exchange') this.close();
    else if (this.#state !== 'closed' && this.#state !== 'lingering') this.#lastAnswer(429, message);
  }

  #clientEnd(): void {
    if (this.#state !== 'tunnel') {
      this.#pump();
      return;
    }
    this.#engine.end();
    if (this.#engine.ended) this.#finish();
  }

  /** Does what can be done with the bytes that are there. */
  #pump(): void {
    for (;;) {
      switch (this.#state) {
        case 'head':
          if (!this.#readHead()) return;
          break;
        case 'reading-body':
          if (!this.#readBody()) return;
          break;
        case 'exchange':
          this.#relayBody();
          this.#client.holdBack();
          return;
        case 'deciding':
          this.#client.holdBack();
          return;
        default:
          return;
      }
    }
  }

  /** True when something else can go on. */
  #readHead(): boolean {
    const inbox = this.#client.inbox;
    const { slot } = this.#options;
    if (inbox.length > 0) slot?.busy();
    else slot?.idle();
    // Answers of our own to one who reads none would pile up.
    if (inbox.length > 0 && this.#client.full) {
      this.#client.pause();
      return false;
    }
    if (inbox.length === 0) {
      if (this.#client.ended || this.#draining) this.#finish();
      return false;
    }
    this.#request = null;
    const end = headEnd(inbox);
    if (end < 0) {
      if (inbox.length > maxHeadBytes) this.#malformed(431, `the head is longer than ${maxHeadBytes} bytes`);
      else if (isUnparseable(inbox))
        this.#malformed(400, 'the head is not made of lines that end with CR LF');
      else if (this.#client.ended) this.#finish();
      else slot?.awaitHead();
      return false;
    }
    slot?.headCame();
    const parsed = parseRequest(end === inbox.length ? inbox : inbox.subarray(0, end));
    if (!parsed.ok) {
      this.#malformed(parsed.error.status, parsed.error.why);
      return false;
    }
    this.#client.take(end);

    this.#request = parsed.request;
    const { head, target, match } = parsed.request;
    this.#requestBody = new BodyTracker(head.body, true);
    const request: GatewayRequest = {
      head,
      target,
      match,
      peer: () => this.#client.credentials,
      origin: this.#options.origin ?? clients,
      gone: () => this.#signal(),
      ...(slot === undefined ? {} : { slot }),
    };
    this.#state = 'deciding';
    let handling: Handling | Promise<Handling>;
    try {
      handling = this.#options.decide(request);
    } catch (error) {
      this.#failed(error);
      return false;
    }
    if (handling instanceof Promise) {
      handling
        .then((one) => {
          this.#handle(one);
          this.#pump();
        })
        .catch((error: unknown) => {
          this.#failed(error);
        });
      return false;
    }
    this.#handle(handling);
    return true;
  }

  /**
   * The signal of a client that leaves. A half-closed socket still waits for its answer, and a paused one
   * does not tell.
   */
  #signal(): AbortSignal {
    this.#gone ??= new AbortController();
    if (this.#state === 'deciding' && this.#lookAfter === null) {
      this.#lookAfter = setInterval(() => {
        if (this.#state === 'deciding' && this.#client.left) this.close();
      }, lookAfterMs);
      this.#lookAfter.unref();
    }
    return this.#gone.signal;
  }

  /** There is a verdict, or nobody who waits for one. */
  #decided(): void {
    if (this.#lookAfter !== null) clearInterval(this.#lookAfter);
    if (this.#bodyTimer !== null) clearTimeout(this.#bodyTimer);
    this.#lookAfter = this.#bodyTimer = null;
    this.#turn?.end();
    this.#turn = null;
    this.#holdBody(0);
  }

  #handle(handling: Handling): void {
    // The client may have gone while it was decided.
    const request = this.#request;
    if (this.#state !== 'deciding' || request === null) {
      if (handling.kind === 'forward') handling.settled?.();
      return;
    }
    if (handling.kind !== 'read-body') {
      this.#follow(handling);
      return;
    }
    const { body } = request.head;
    if (body.kind === 'length' && body.bytes > handling.limit) {
      this.#tooLong(handling.limit);
      return;
    }
    const { turn } = handling;
    if (turn === undefined || body.kind === 'none' || (body.kind === 'length' && body.bytes <= turn.over)) {
      this.#beginBody(handling, request);
      return;
    }
    const displaced = () => {
      if (this.#state === 'reading-body')
        this.#refuse(408, 'the body came so slowly that others were let pass; send it again');
    };
    turn
      .take(displaced)
      .then((taken) => {
        if ('kind' in taken) {
          this.#follow(taken);
          this.#pump();
          return;
        }
        if (this.#state !== 'deciding') {
          taken.end();
          return;
        }
        this.#turn = taken;
        this.#bodyTimer = setTimeout(() => {
          if (this.#state === 'reading-body')
            this.#refuse(408, `the body did not come within ${bodyMs / 1000} s`);
        }, bodyMs);
        this.#bodyTimer.unref();
        this.#beginBody(handling, request);
        this.#pump();
      })
      .catch((error: unknown) => {
        this.#failed(error);
      });
  }

  #beginBody(handling: Extract<Handling, { kind: 'read-body' }>, { head }: ParsedRequest): void {
    this.#collected = empty;
    this.#collectedBytes = 0;
    this.#pendingBody = handling;
    this.#state = 'reading-body';
    if (head.expectContinue && !this.#requestBody.done) this.#client.write(continueResponse);
    this.#client.resume();
  }

  #collect(content: Buffer, limit: number): void {
    const before = this.#collectedBytes;
    this.#collectedBytes += content.length;
    if (this.#collectedBytes > limit) return;
    if (this.#collectedBytes > this.#collected.length) {
      const { body } = this.#request?.head ?? { body: noBody };
      const larger = Buffer.allocUnsafeSlow(
        body.kind === 'length'
          ? body.bytes
          : Math.min(limit, Math.max(this.#collectedBytes, 2 * this.#collected.length)),
      );
      this.#collected.copy(larger, 0, 0, before);
      this.#collected = larger;
      this.#holdBody(larger.length);
    }
    content.copy(this.#collected, before);
  }

  /** Counts the body as so much of what the user has waiting. */
  #holdBody(bytes: number): void {
    this.#options.slot?.hold(bytes - this.#heldBody);
    this.#heldBody = bytes;
  }

  /** True when something else can go on. */
  #readBody(): boolean {
    const pending = this.#pendingBody;
    if (pending === null) return false;
    const taken = this.#requestBody.consume(this.#client.inbox, (content) => {
      this.#collect(content, pending.limit);
    });
    this.#client.take(taken);
    if (this.#requestBody.broken !== null) {
      this.#malformed(400, this.#requestBody.broken);
      return false;
    }
    if (this.#collectedBytes > pending.limit) {
      this.#tooLong(pending.limit);
      return false;
    }
    if (!this.#requestBody.done) {
      if (this.#client.ended) this.#finish();
      else this.#client.resume();
      return false;
    }
    this.#pendingBody = null;
    this.#turn?.received();
    this.#state = 'deciding';
    const body = this.#collected.subarray(0, this.#collectedBytes);
    this.#collected = empty;
    let verdict: Verdict | Promise<Verdict>;
    try {
      verdict = pending.decide(body);
    } catch (error) {
      this.#failed(error);
      return false;
    }
    if (verdict instanceof Promise) {
      verdict
        .then((one) => {
          this.#follow(one);
          this.#pump();
        })
        .catch((error: unknown) => {
          this.#failed(error);
        });
      return false;
    }
    this.#follow(verdict);
    return true;
  }

  #follow(verdict: Verdict): void {
    const request = this.#request;
    if (this.#state !== 'deciding' || request === null) {
      if (verdict.kind === 'forward') verdict.settled?.();
      return;
    }
    this.#decided();
    if (verdict.kind === 'refuse') {
      if (verdict.inStream === true && request.upgrade === 'tcp') this.#endWith(errorStream(verdict.message));
      else this.#refuse(verdict.status, verdict.message);
      return;
    }
    const { head, match, upgrade } = request;
    this.#takeOver = verdict.upgradeHandler ?? null;
    const stream = verdict.stream !== undefined && !this.#requestBody.done ? verdict.stream : null;
    const asked = {
      method: head.method,
      upgradeSent: upgrade !== null,
      tunnel: match?.route.tunnel ?? null,
      awaitsContinue: stream !== null,
    };
    const { answer } = verdict;
    this.#answer =
      answer !== undefined && 'begin' in answer
        ? new StreamedAnswer(asked, answer, this.#client, this.#engine, this.#answerEvents)
        : new AnswerRelay(asked, answer ?? null, this.#client, this.#engine, this.#answerEvents);
    const { settled, ownConnection = false } = verdict;
    this.#engine.open({ own: ownConnection, ...(settled === undefined ? {} : { settled }) });
    this.#state = 'exchange';
    if (stream !== null) {
      this.#engine.writeHead(forwardedHead(request, { ...verdict, stream }), undefined);
      this.#stream = new StreamedRequest(stream, this.#requestBody, this.#client, this.#engine, {
        begun: () => {
          if (head.expectContinue) this.#client.write(continueResponse);
          this.#pump();
        },
        sent: () => {
          if (this.#answer?.done === true) this.#exchangeDone();
        },
        refused: (status, message) => {
          this.#answerOurselves(status, message);
        },
        broken: () => {
          this.close();
        },
        trouble: this.#options.malformed,
      });
      return;
    }
    // A body that is relayed follows at once, as far as it is here: one write for both.
    const relayed = !this.#requestBody.done && this.#client.inbox.length > 0;
    if (relayed) this.#engine.cork();
    const { stream: _unused, ...raw } = verdict;
    this.#engine.writeHead(forwardedHead(request, raw), verdict.body);
    if (head.expectContinue && !this.#requestBody.done) this.#client.write(continueResponse);
    if (relayed) {
      this.#relayBody();
      this.#engine.uncork();
    }
  }

  #relayBody(): void {
    if (this.#stream !== null) {
      this.#stream.take();
      if (this.#client.ended && !this.#requestBody.done) this.#engine.end();
      return;
    }
    if (!this.#requestBody.done && this.#client.inbox.length > 0) {
      const taken = this.#requestBody.consume(this.#client.inbox);
      if (this.#requestBody.broken !== null) {
        this.close();
        return;
      }
      if (taken > 0) {
        if (this.#engine.write(this.#client.take(taken))) this.#client.resume();
        else this.#client.pause();
      }
    }
    if (this.#requestBody.done && this.#answer?.done === true) this.#exchangeDone();
    // The client's FIN in the middle of an exchange: the engine gets one too, after what belongs to the
    // request.
    else if (this.#client.ended && (this.#client.inbox.length === 0 || !this.#requestBody.done))
      this.#engine.end();
  }

  // ---- the answer

  #fromEngine(bytes: Buffer): void {
    if (this.#state === 'exchange') {
      this.#answer?.fromEngine(bytes);
      if (this.#answer?.continued === true) this.#stream?.begin();
    } else if (this.#state === 'tunnel') this.#toClient(bytes);
    // Nothing was asked: what an engine says unasked is not passed on.
    else this.#engine.drop();
  }

  #toClient(bytes: Buffer): void {
    if (!this.#client.write(bytes)) this.#engine.pause();
  }

  #answered(): void {
    // A body that is not sent to its end leaves nothing to go on with.
    if (this.#stream !== null && !this.#stream.done) this.#finish();
    else if (this.#requestBody.done) this.#exchangeDone();
    // The engine answered before it had read the body; what it does with the rest (usually: close) decides.
    else if (this.#answer?.closes === true) this.#finish();
  }

  #exchangeDone(): void {
    const close = this.#request?.head.close === true || this.#answer?.closes === true;
    this.#engine.settle();
    this.#answer = null;
    this.#stream = null;
    if (close || this.#draining || (this.#client.ended && this.#client.inbox.length === 0)) {
      this.#finish();
      return;
    }
    this.#state = 'head';
    this.#client.resume();
    if (this.#client.inbox.length > 0) this.#pump();
    else this.#options.slot?.idle();
  }

  #switched(head: ResponseHead, early: Buffer): void {
    const takeOver = this.#takeOver;
    if (takeOver !== null && head.status === 101) {
      this.#handBothOver(takeOver, early);
      return;
    }
    this.#state = 'tunnel';
    if (early.length > 0) this.#toClient(early);
    const inbox = this.#client.take(this.#client.inbox.length);
    if (inbox.length > 0) this.#engine.write(inbox);
    if (this.#client.ended) this.#engine.end();
    this.#client.resume();
  }

  #handBothOver(takeOver: UpgradeHandler, early: Buffer): void {
    // A client that has ended already has nothing to say in another protocol.
    const engine = this.#client.ended ? null : this.#engine.release();
    if (engine === null) {
      this.close();
      return;
    }
    const client = this.#client.release();
    if (early.length > 0) engine.unshift(early);
    this.#state = 'taken-over';
    this.#takenOver = [client, engine];
    let open = 2;
    const closed = () => {
      if (--open === 0) this.close();
    };
    for (const socket of this.#takenOver) socket.once('close', closed);
    try {
      takeOver(client, engine);
    } catch (error) {
      this.#options.malformed(`internal error: ${errorText(error)}`);
      this.close();
    }
  }

  #engineEnd(): void {
    switch (this.#state) {
      case 'tunnel':
        // FIN travels; the client may still be sending, and gets an error from the engine if that is over
        // too.
        if (this.#client.ended || this.#engine.destroyed) this.#finish();
        else this.#client.end();
        return;
      case 'exchange':
        this.#answer?.engineEnded();
        return;
      case 'head':
      case 'deciding':
      case 'reading-body':
        // The next request gets a new connection.
        this.#engine.drop();
        return;
      case 'taken-over':
      case 'lingering':
      case 'closed':
    }
  }

  #engineError(error: NodeJS.ErrnoException): void {
    if (this.#state === 'exchange') this.#answer?.engineFailed(error);
    else if (this.#state === 'tunnel') this.#finish();
    else this.#engine.drop();
  }

  // ---- answers of the gateway's own

  #malformed(status: number, why: string): void {
    this.#options.malformed(why);
    this.#lastAnswer(status, `bulkhead gateway: request refused: ${why}`);
  }

  #tooLong(limit: number): void {
    this.#refuse(413, `the body is longer than the ${limit} bytes that are allowed here`);
  }

  #refuse(status: number, message: string): void {
    // The pump that called goes on by itself.
    if (!this.#requestBody.done || this.#request?.head.close === true) this.#lastAnswer(status, message);
    else this.#write(status, message, false);
  }

  /** In place of the engine's answer. */
  #answerOurselves(status: number, message: string): void {
    this.#answer?.abandon();
    this.#answer = null;
    // The engine waits for the rest of a body: the next request must not become that.
    if (this.#stream?.done === false || this.#engine.isAwaited) this.#engine.drop();
    this.#stream?.abandon();
    this.#stream = null;
    if (status === 503) this.#options.engineGone?.();
    if (!this.#requestBody.done || this.#request?.head.close === true || this.#draining) {
      this.#lastAnswer(status, message);
      return;
    }
    this.#write(status, message, false);
    this.#client.resume();
    this.#pump();
  }

  #failed(error: unknown): void {
    if (this.#state === 'closed') return;
    this.#options.malformed(`internal error: ${errorText(error)}`);
    this.#lastAnswer(
      500,
      "bulkhead gateway: the request could not be decided, so it was refused; see the gateway's log",
    );
  }

  #endWith(bytes: Buffer): void {
    this.#state = 'lingering';
    this.#engine.drop();
    this.#client.linger(bytes);
  }

  #write(status: number, message: string, close: boolean): void {
    const bytes = errorResponse(status, message, { close, head: this.#request?.head.method === 'HEAD' });
    if (close) this.#client.linger(bytes);
    else {
      this.#client.write(bytes);
      this.#state = 'head';
    }
  }

  /** Answers, and ends the connection. */
  #lastAnswer(status: number, message: string): void {
    this.#state = 'lingering';
    this.#collected = empty;
    this.#decided();
    this.#engine.drop();
    this.#write(status, message, true);
  }

  /** Sends what is queued for the client, then closes both sides. */
  #finish(): void {
    if (this.#state === 'closed') return;
    this.#state = 'lingering';
    this.#decided();
    this.#engine.drop();
    this.#answer?.abandon();
    this.#stream?.abandon();
    // Half-open clients that never close would keep the descriptor: they get a moment, as the engine gives
    // them one.
    this.#client.linger();
  }
}
