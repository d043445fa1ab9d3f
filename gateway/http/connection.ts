import { connect, type Socket } from 'node:net';
import { BodyTracker } from './framing.ts';
import { continueResponse, errorResponse } from './errors.ts';
import {
  headEnd, hopeless, maxHeadBytes, maxResponseHeadBytes, parseRequestHead, parseResponseHead, writeRequestHead,
  type BodyLength, type ResponseHead,
} from './head-parser.ts';
import { parseTarget, writeTarget } from './target.ts';
import { matchRoute } from '../routes/match.ts';
import type { Tunnel } from '../routes/table.ts';
import type { Gatekeeper, GatewayRequest, Handling, Verdict } from './exchange.ts';
import { peerCredentials, type PeerCredentials } from '../peer-credentials.ts';
import type { Origin } from '../socket-mounts/socket-mount.ts';

const empty = Buffer.alloc(0);
/** Bytes of later requests kept while one is under way; then the client has to wait. */
const maxAhead = 256 * 1024;
/** How much, and how long, a refused client may go on sending before the connection is cut. */
const discardBytes = 64 * 1024 * 1024;
const discardMs = 10_000;

/** What a connection needs of the gateway it belongs to. */
export interface ConnectionOptions {
  readonly engineSocket: string;
  readonly decide: Gatekeeper;
  /** The socket the client came in by. Default: the clients' one. */
  readonly origin?: Origin;
  /** Told once, when the connection is over. */
  readonly ended: (connection: ClientConnection) => void;
  /** Told of message-layer refusals (never of bodies). */
  readonly malformed: (why: string) => void;
}

type State =
  /** Waiting for the next request head. */
  | 'head'
  /** A verdict is being worked out. */
  | 'deciding'
  /** The body is being read for inspection. */
  | 'reading-body'
  /** Request and response are being relayed. */
  | 'exchange'
  | 'tunnel'
  /** Refused in the middle of a body: what still comes is thrown away. */
  | 'discarding'
  | 'closed';

/**
 * One client connection and the one engine connection that belongs to it. Every request is parsed, decided and written anew; bodies
 * and responses are relayed raw, their framing followed exactly, so that no byte of a later request can hide in an earlier one.
 */
export class ClientConnection {
  readonly #client: Socket;
  readonly #options: ConnectionOptions;
  #engine: Socket | null = null;
  #state: State = 'head';
  /** Client bytes not yet looked at. */
  #inbox: Buffer = empty;
  #clientEnded = false;
  #engineEnded = false;
  #peer: PeerCredentials | null | undefined;
  #draining = false;

  // The exchange under way.
  #method = '';
  #closeAfter = false;
  #tunnel: Tunnel | null = null;
  #upgradeSent = false;
  #requestBody: BodyTracker = new BodyTracker({ kind: 'none' }, true);
  #response: { head: ResponseHead; body: BodyTracker } | null = null;
  #responseHeadBytes: Buffer = empty;
  #collected: Buffer[] = [];
  #collectedBytes = 0;
  #pendingBody: { limit: number; decide: (body: Buffer) => Verdict | Promise<Verdict>; request: GatewayRequest } | null = null;
  #discarded = 0;

  constructor(client: Socket, options: ConnectionOptions) {
    this.#client = client;
    this.#options = options;
    client.on('data', (bytes: Buffer) => { this.#fromClient(bytes); });
    client.on('end', () => { this.#clientEnd(); });
    client.on('drain', () => { this.#engine?.resume(); });
    client.on('error', () => { this.close(); });
    client.on('close', () => { this.close(); });
  }

  /** No exchange is under way. */
  get idle(): boolean { return this.#state === 'head' && this.#inbox.length === 0; }

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
    this.#engine?.destroy();
    this.#inbox = empty;
    this.#collected = [];
    this.#options.ended(this);
  }

  // ---- client side

  #fromClient(bytes: Buffer): void {
    switch (this.#state) {
      case 'tunnel':
        if (this.#engine !== null && !this.#engine.write(bytes)) this.#client.pause();
        return;
      case 'discarding':
        this.#discarded += bytes.length;
        if (this.#discarded > discardBytes) this.close();
        return;
      case 'closed': return;
      default:
        this.#inbox = this.#inbox.length === 0 ? bytes : Buffer.concat([this.#inbox, bytes]);
        this.#pump();
    }
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
          this.#holdBack();
          return;
        case 'deciding':
          this.#holdBack();
          return;
        default: return;
      }
    }
  }

  #holdBack(): void {
    if (this.#inbox.length > maxAhead) this.#client.pause();
  }

  #readHead(): boolean {
    if (this.#inbox.length === 0) {
      if (this.#clientEnded || this.#draining) this.#finish();
      return false;
    }
    const end = headEnd(this.#inbox);
    if (end < 0) {
      if (this.#inbox.length > maxHeadBytes) this.#malformed(431, `the head is longer than ${maxHeadBytes} bytes`);
      else if (hopeless(this.#inbox)) this.#malformed(400, 'the head is not made of lines that end with CR LF');
      else if (this.#clientEnded) this.#finish();
      return false;
    }
    const parsed = parseRequestHead(this.#inbox.subarray(0, end));
    if (!parsed.ok) { this.#malformed(parsed.error.status, parsed.error.why); return false; }
    const target = parseTarget(parsed.head.target);
    if (!target.ok) { this.#malformed(400, target.why); return false; }
    this.#inbox = end === this.#inbox.length ? empty : this.#inbox.subarray(end);

    const head = parsed.head;
    const match = matchRoute(head.method, target.target.path);
    this.#method = head.method;
    this.#closeAfter = head.close;
    this.#tunnel = match?.route.tunnel ?? null;
    this.#requestBody = new BodyTracker(head.body, true);
    this.#response = null;
    this.#responseHeadBytes = empty;
    const request: GatewayRequest = { head, target: target.target, match, peer: () => this.#credentials(), origin: this.#options.origin ?? { kind: 'clients' } };
    this.#state = 'deciding';
    const handling = this.#options.decide(request);
    if (handling instanceof Promise) {
      handling.then((answer) => { this.#handle(request, answer); this.#pump(); }, (error: unknown) => { this.#failed(error); });
      return false;
    }
    this.#handle(request, handling);
    return true;
  }

  #credentials(): PeerCredentials | null {
    if (this.#peer === undefined) this.#peer = peerCredentials(this.#client);
    return this.#peer;
  }

  #handle(request: GatewayRequest, handling: Handling): void {
    // The client may have gone while it was decided.
    if (this.#state !== 'deciding') return;
    if (handling.kind !== 'read-body') { this.#follow(request, handling); return; }
    if (request.head.body.kind === 'length' && request.head.body.bytes > handling.limit) {
      this.#refuse(413, `the body is longer than the ${handling.limit} bytes that are allowed here`);
      return;
    }
    this.#collected = [];
    this.#collectedBytes = 0;
    this.#pendingBody = { limit: handling.limit, decide: handling.decide.bind(handling), request };
    this.#state = 'reading-body';
    if (request.head.expectContinue && !this.#requestBody.done) this.#client.write(continueResponse);
  }

  /** True when something else can go on. */
  #readBody(): boolean {
    const pending = this.#pendingBody;
    if (pending === null) return false;
    const taken = this.#requestBody.consume(this.#inbox, (content) => {
      this.#collectedBytes += content.length;
      if (this.#collectedBytes <= pending.limit) this.#collected.push(content);
    });
    this.#inbox = this.#inbox.subarray(taken);
    if (this.#requestBody.broken !== null) { this.#malformed(400, this.#requestBody.broken); return false; }
    if (this.#collectedBytes > pending.limit) { this.#refuse(413, `the body is longer than the ${pending.limit} bytes that are allowed here`); return false; }
    if (!this.#requestBody.done) {
      if (this.#clientEnded) this.#finish();
      else if (this.#client.isPaused()) this.#client.resume();
      return false;
    }
    this.#pendingBody = null;
    this.#state = 'deciding';
    const body = this.#collected.length === 1 ? this.#collected[0] ?? empty : Buffer.concat(this.#collected);
    this.#collected = [];
    const verdict = pending.decide(body);
    if (verdict instanceof Promise) {
      verdict.then((answer) => { this.#followLater(pending.request, answer); }, (error: unknown) => { this.#failed(error); });
      return false;
    }
    this.#follow(pending.request, verdict);
    return true;
  }

  #followLater(request: GatewayRequest, verdict: Verdict): void {
    this.#follow(request, verdict);
    this.#pump();
  }

  #follow(request: GatewayRequest, verdict: Verdict): void {
    if (this.#state !== 'deciding') return;
    if (verdict.kind === 'refuse') { this.#refuse(verdict.status, verdict.message); return; }
    const { head, target } = request;
    const upgrade = head.upgrade !== null && head.upgrade === this.#tunnel ? head.upgrade : null;
    this.#upgradeSent = upgrade !== null;
    let body: BodyLength = head.body;
    if (verdict.body !== undefined) body = verdict.body.length === 0 && head.body.kind === 'none' ? { kind: 'none' } : { kind: 'length', bytes: verdict.body.length };
    const text = writeRequestHead({
      method: head.method, target: verdict.target ?? writeTarget(target.version, target.path, target.rawQuery), host: head.host,
      fields: head.fields, body, close: head.close, upgrade,
    });
    const engine = this.#engineConnection();
    this.#state = 'exchange';
    if (verdict.body === undefined || verdict.body.length === 0) engine.write(text, 'latin1');
    else engine.write(Buffer.concat([Buffer.from(text, 'latin1'), verdict.body]));
    if (head.expectContinue && !this.#requestBody.done) this.#client.write(continueResponse);
  }

  #relayBody(): void {
    if (this.#requestBody.done || this.#engine === null) {
      if (this.#clientEnded && this.#engine !== null) this.#passOnEnd();
      return;
    }
    if (this.#inbox.length > 0) {
      const taken = this.#requestBody.consume(this.#inbox);
      if (this.#requestBody.broken !== null) { this.close(); return; }
      if (taken > 0) {
        const part = taken === this.#inbox.length ? this.#inbox : this.#inbox.subarray(0, taken);
        this.#inbox = taken === this.#inbox.length ? empty : this.#inbox.subarray(taken);
        if (!this.#engine.write(part)) this.#client.pause();
        else if (this.#client.isPaused()) this.#client.resume();
      }
    }
    if (this.#clientEnded) this.#passOnEnd();
    else if (this.#requestBody.done && this.#response?.body.done === true) this.#exchangeDone();
  }

  /** The client sent its FIN in the middle of an exchange: the engine gets one too, after what belongs to the request. */
  #passOnEnd(): void {
    if (this.#inbox.length === 0 || !this.#requestBody.done) this.#engine?.end();
  }

  #clientEnd(): void {
    this.#clientEnded = true;
    switch (this.#state) {
      case 'tunnel':
        this.#engine?.end();
        if (this.#engineEnded) this.#finish();
        return;
      case 'discarding': this.close(); return;
      case 'closed': return;
      default: this.#pump();
    }
  }

  // ---- refusals

  #malformed(status: number, why: string): void {
    this.#options.malformed(why);
    this.#answerAndDiscard(status, `bulkhead gateway: request refused: ${why}`);
  }

  #refuse(status: number, message: string): void {
    if (!this.#requestBody.done || this.#closeAfter) { this.#answerAndDiscard(status, message); return; }
    this.#client.write(errorResponse(status, message, { close: false, head: this.#method === 'HEAD' }));
    this.#state = 'head';
  }

  #failed(error: unknown): void {
    if (this.#state === 'closed') return;
    this.#options.malformed(`internal error: ${error instanceof Error ? error.stack ?? error.message : String(error)}`);
    this.#answerAndDiscard(500, 'bulkhead gateway: the request could not be decided, so it was refused; see the gateway\'s log');
  }

  /** Answers, then reads on for a while without looking: closing with unread bytes would make many clients lose the answer. */
  #answerAndDiscard(status: number, message: string): void {
    this.#state = 'discarding';
    this.#inbox = empty;
    this.#engine?.destroy();
    this.#engine = null;
    this.#client.end(errorResponse(status, message, { close: true, head: this.#method === 'HEAD' }));
    this.#client.resume();
    if (this.#clientEnded) return;
    const timer = setTimeout(() => { this.close(); }, discardMs);
    timer.unref();
    this.#client.once('close', () => { clearTimeout(timer); });
  }

  // ---- engine side

  #engineConnection(): Socket {
    if (this.#engine !== null && !this.#engineEnded && this.#engine.writable) return this.#engine;
    this.#engine?.destroy();
    const engine = connect({ path: this.#options.engineSocket, allowHalfOpen: true });
    this.#engine = engine;
    this.#engineEnded = false;
    // A socket that was replaced has nothing to say any more.
    const mine = () => this.#engine === engine && this.#state !== 'closed';
    engine.on('data', (bytes: Buffer) => { if (mine()) this.#fromEngine(bytes); });
    engine.on('end', () => { if (mine()) this.#engineEnd(); });
    engine.on('drain', () => { this.#client.resume(); });
    engine.on('error', (error: NodeJS.ErrnoException) => { if (mine()) this.#engineError(error); });
    engine.on('close', () => { if (mine()) this.#engineEnd(); });
    return engine;
  }

  #fromEngine(bytes: Buffer): void {
    if (this.#state === 'tunnel') { this.#toClient(bytes); return; }
    // Nothing was asked: what an engine says unasked is not passed on.
    if (this.#state !== 'exchange') { this.#engine?.destroy(); this.#engine = null; return; }
    // Everything is passed on as it came, in one write where possible; `all` starts with a head that came in pieces.
    const all = this.#responseHeadBytes.length === 0 ? bytes : Buffer.concat([this.#responseHeadBytes, bytes]);
    this.#responseHeadBytes = empty;
    let at = 0;
    while (at < all.length) {
      if (this.#response === null) {
        const rest = at === 0 ? all : all.subarray(at);
        const end = headEnd(rest);
        if (end < 0) {
          if (rest.length > maxResponseHeadBytes) { this.close(); return; }
          this.#responseHeadBytes = rest;
          break;
        }
        const head = parseResponseHead(rest.subarray(0, end), this.#method);
        // Nonsense; or a switch nobody asked for, or on an endpoint that has none: it would be an unwatched road.
        if (head === null || (head.status === 101 && !this.#upgradeSent)) { this.close(); return; }
        at += end;
        if (this.#becomesTunnel(head)) {
          this.#toClient(all);
          this.#openTunnel();
          return;
        }
        // Interim responses are passed on, and the final one awaited.
        if (head.status >= 200) this.#response = { head, body: new BodyTracker(head.body, false) };
        if (at === all.length) break;
        continue;
      }
      const taken = this.#response.body.consume(at === 0 ? all : all.subarray(at));
      // Bytes after the end of a response belong to nothing.
      if (taken === 0 || this.#response.body.broken !== null) { this.close(); return; }
      at += taken;
    }
    if (at > 0) this.#toClient(at === all.length ? all : all.subarray(0, at));
    if (this.#response?.body.done !== true) return;
    if (this.#requestBody.done) this.#exchangeDone();
    // The engine answered before it had read the body; what it does with the rest (usually: close) decides.
    else if (this.#response.head.close) this.#finish();
  }

  #becomesTunnel(head: ResponseHead): boolean {
    if (head.status === 101) return true;
    // attach and exec start without Upgrade: the stream follows a plain 200 and has no end of its own.
    return this.#tunnel === 'tcp' && head.status === 200 && head.body.kind === 'until-close' && /^application\/vnd\.docker\.(?:raw|multiplexed)-stream/.test(head.contentType);
  }

  #toClient(bytes: Buffer): void {
    if (!this.#client.write(bytes)) this.#engine?.pause();
  }

  #openTunnel(): void {
    this.#state = 'tunnel';
    const early = this.#inbox;
    this.#inbox = empty;
    if (early.length > 0) this.#engine?.write(early);
    if (this.#clientEnded) this.#engine?.end();
    this.#client.resume();
  }

  #exchangeDone(): void {
    const close = this.#closeAfter || this.#response?.head.close === true;
    this.#response = null;
    if (close || this.#draining || (this.#clientEnded && this.#inbox.length === 0)) { this.#finish(); return; }
    this.#state = 'head';
    this.#client.resume();
    this.#pump();
  }

  #engineEnd(): void {
    this.#engineEnded = true;
    switch (this.#state) {
      case 'tunnel':
        // FIN travels; the client may still be sending, and gets an error from the engine if that is over too.
        if (this.#clientEnded || this.#engine?.destroyed === true) this.#finish();
        else this.#client.end();
        return;
      case 'exchange':
        if (this.#response === null) this.#engineGone('the engine closed the connection without an answer');
        // The end of an until-close body, or a response cut short: the client sees exactly that.
        else this.#finish();
        return;
      case 'head': case 'deciding': case 'reading-body':
        // The next request gets a new connection.
        this.#engine?.destroy();
        this.#engine = null;
        return;
      case 'discarding': case 'closed':
    }
  }

  #engineError(error: NodeJS.ErrnoException): void {
    if (this.#state === 'exchange' && this.#response === null && this.#responseHeadBytes.length === 0) {
      const down = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
      this.#engineGone(down ? 'the Docker engine is not running' : `the connection to the Docker engine broke (${error.code ?? error.message})`);
      return;
    }
    if (this.#state === 'exchange' || this.#state === 'tunnel') this.#finish();
    else { this.#engine?.destroy(); this.#engine = null; }
  }

  #engineGone(why: string): void {
    const message = `bulkhead gateway: ${why}; try again when the engine is up`;
    if (!this.#requestBody.done || this.#closeAfter) { this.#answerAndDiscard(503, message); return; }
    this.#engine?.destroy();
    this.#engine = null;
    this.#client.write(errorResponse(503, message, { close: false, head: this.#method === 'HEAD' }));
    this.#response = null;
    this.#state = 'head';
    this.#client.resume();
    this.#pump();
  }

  /** Sends what is queued for the client, then closes both sides. */
  #finish(): void {
    if (this.#state === 'closed') return;
    this.#engine?.destroy();
    this.#engine = null;
    if (this.#client.writableEnded) {
      if (this.#clientEnded) this.close();
      return;
    }
    this.#client.end(() => { if (this.#clientEnded) this.close(); });
    // Half-open clients that never close would keep the descriptor: give them a moment, as the engine does.
    this.#state = 'discarding';
    this.#client.resume();
    const timer = setTimeout(() => { this.close(); }, discardMs);
    timer.unref();
    this.#client.once('close', () => { clearTimeout(timer); });
  }
}
