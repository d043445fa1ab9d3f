import type { Duplex } from 'node:stream';
import type { Denial } from '../../shared/policy/decision.ts';
import type { HeaderField, RequestHead } from './message/head-parser.ts';
import type { ResponseHead } from './message/response-head.ts';
import type { Target } from './message/target.ts';
import type { Match } from '../routes/match.ts';
import type { PeerCredentials } from '../base/peer-credentials.ts';
import type { ConnectionSlot } from '../callers/connection-slot.ts';
import type { Origin } from '../base/socket-mount.ts';
import type { BodyTransform } from './message/body-stream.ts';

/** One parsed request. */
export interface GatewayRequest {
  readonly head: RequestHead;
  readonly target: Target;
  /** Null when no route matches. */
  readonly match: Match | null;
  /** Peer credentials (SO_PEERCRED), read once per connection; null where the system has none. */
  peer(): PeerCredentials | null;
  /** The socket that accepted the connection. */
  readonly origin: Origin;
  /** Aborted once the client has disconnected. Missing where that cannot be detected. */
  readonly clientGone?: () => AbortSignal;
  /** The connection's slot in its user's account. Missing where there is no connection. */
  readonly slot?: ConnectionSlot;
}

/** Buffers the engine's response and transforms its body; without a transform the response is relayed raw. */
export interface ResponseTransform {
  /**
   * Maximum body length, bytes; a longer, compressed or truncated response becomes a 502.
   */
  readonly limit: number;
  /**
   * Gets the whole final response, whatever its status. A buffer replaces its body (status and other fields
   * stay, the length is rewritten); null leaves it unchanged. Responses without a body (HEAD, 204, 304) stay
   * unchanged. Throwing or rejecting becomes a 502, or the response of a ResponseReplacedError.
   */
  transformResponse(head: ResponseHead, body: Buffer): Buffer | null | Promise<Buffer | null>;
}

/** Transforms the engine's response while it is streamed. */
export interface StreamingResponseTransform {
  /**
   * Called once the final head has been received, before the client gets any of it. Null: the body stays as
   * it is. Throwing or rejecting becomes a 502, or the response of a ResponseReplacedError. When the
   * transform fails later, the connection is cut: the client sees no clean end.
   */
  begin(head: ResponseHead): BodyTransform | null | Promise<BodyTransform | null>;
}

/** Transforms the request's body while it is streamed to the engine (chunked). */
export interface StreamingRequestTransform {
  /**
   * Called once the engine requests the body (after `Expect: 100-continue`), that is, once it has begun to
   * process the request; no byte of the body has reached it. Throwing ResponseReplacedError sends that
   * response to the client, and no body to the engine; when the transform throws it later, the client gets it
   * too, and the engine a truncated body.
   */
  begin(): BodyTransform | Promise<BodyTransform>;
}

/**
 * Thrown by `transformResponse`, `begin` or a request's transform: the client gets this in place of the
 * engine's response.
 */
export class ResponseReplacedError extends Error {
  override readonly name = 'ResponseReplacedError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Takes over both sides of a connection once the engine has switched protocols and the client has been
 * notified. Both are paused (a `data` listener alone does not start them: pipe, resume() or iterate),
 * half-open, and have early bytes pushed back into them. The connection counts as open until both are closed;
 * the handler, or the gateway on close, ends or destroys them.
 */
export type UpgradeHandler = (client: Duplex, engine: Duplex) => UpgradedConnection;

/** A connection as an upgrade handler serves it. */
export interface UpgradedConnection {
  /**
   * The gateway is replaced, or closes: the connection ends as soon as what depends on it has ended. Called
   * more than once.
   */
  retire(): void;
}

/** How a request is handled. */
export type Verdict =
  | {
      readonly kind: 'forward';
      /** Replaces the target the client sent (its canonical form). */
      readonly target?: string;
      /** Replaces the head's fields, without those of the message's framing. */
      readonly fields?: readonly HeaderField[];
      /** Replaces the body; an empty buffer means none. Only after the body was read. */
      readonly body?: Buffer;
      /** Reads the response before the client gets it. */
      readonly response?: ResponseTransform | StreamingResponseTransform;
      /** Changes the request's body on its way. Not together with `body`. */
      readonly stream?: StreamingRequestTransform;
      /**
       * Called once, when the engine is done with the request: its response is complete, the connection is
       * closed, or it never got the request. A client that disconnects does not settle it: the engine may
       * still begin with the request. With `ownConnection` the request has a connection of its own.
       */
      readonly settled?: () => void;
      /** The request gets a new engine connection, which no other request uses. */
      readonly ownConnection?: boolean;
      /** After the engine's 101: instead of a raw tunnel. */
      readonly upgradeHandler?: UpgradeHandler;
    }
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly message: string;
      /**
       * Where the client requested a protocol switch: a switched stream with the message as its only error
       * frame. The engine gets nothing.
       */
      readonly inStream?: boolean;
      /** The body is the message alone, without JSON. */
      readonly isPlainText?: boolean;
    };

/** A verdict, or a request to read the whole body first (at most `limit` bytes). */
export type GatekeeperResult =
  | Verdict
  | {
      readonly kind: 'read-body';
      readonly limit: number;
      decide(body: Buffer): Verdict | Promise<Verdict>;
      /**
       * Acquired before a body longer than `over` bytes, or of unknown length, is read; resolves with a turn
       * or a refusal. `displaced` is called when the body arrives so slowly that its turn was given to
       * another request.
       */
      readonly turn?: {
        readonly over: number;
        take(displaced: () => void): Promise<ReadingTurn | Extract<Verdict, { kind: 'refuse' }>>;
      };
    };

/** A turn to read a long body. */
export interface ReadingTurn {
  /** The body was received: the turn can no longer be displaced. */
  received(): void;
  /** The request was decided, or the client has disconnected. */
  end(): void;
}

/**
 * Decides every request of a connection. Synchronous where neither the engine nor the file system is
 * needed.
 */
export type Gatekeeper = (request: GatewayRequest) => GatekeeperResult | Promise<GatekeeperResult>;

/** How the requests of a connection are decided and reported. */
export interface RequestOptions {
  readonly decide: Gatekeeper;
  /** The socket through which the client connected. Default: the clients' one. */
  readonly origin?: Origin;
  /** The connection's slot in its user's account. Default: not accounted. */
  readonly slot?: ConnectionSlot;
  /** Records a refusal by the connection limits; returns the text for the client. */
  readonly onOverLimit?: (denial: Denial) => string;
  /** Reports message-layer refusals and internal errors (never bodies). */
  readonly onProtocolError: (why: string) => void;
  /** Called when a client gets a 503 because the engine could not be reached. */
  readonly onEngineUnreachable?: () => void;
}
