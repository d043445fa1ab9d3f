import type { Duplex } from 'node:stream';
import type { Denial } from '../../shared/policy/decision.ts';
import type { RequestHead, ResponseHead } from './message/head-parser.ts';
import type { Target } from './message/target.ts';
import type { Match } from '../routes/match.ts';
import type { PeerCredentials } from '../base/peer-credentials.ts';
import type { ConnectionSlot } from '../callers/connection-slot.ts';
import type { Origin } from '../base/socket-mount.ts';
import type { BodyTransform } from './message/body-stream.ts';

/** One request as the gateway understood it. */
export interface GatewayRequest {
  readonly head: RequestHead;
  readonly target: Target;
  /** Null for what the route table does not know. */
  readonly match: Match | null;
  /** Who is calling (SO_PEERCRED); null where the system can't say. Asked once a connection, when needed. */
  peer(): PeerCredentials | null;
  /** By which socket it came in. */
  readonly origin: Origin;
  /**
   * Aborted once the client has left: nobody waits for the answer any more. Missing where nobody can tell.
   */
  readonly gone?: () => AbortSignal;
  /** The connection's place among those of its user. Missing where there is no connection. */
  readonly slot?: ConnectionSlot;
}

/** What is done with the engine's answer; without one it is relayed raw. */
export interface AnswerHandling {
  /**
   * Bytes of body that are read; a longer answer becomes a 502, as does one that is compressed or cut short.
   */
  readonly limit: number;
  /**
   * Sees the whole final answer, whatever its status. A buffer replaces its body (status and other fields
   * stay, the length is written anew); null leaves it as it is. Answers without a body (HEAD, 204, 304) stay
   * as they are. Throwing or rejecting becomes a 502, or with AnswerRefused what that says.
   */
  transformResponse(head: ResponseHead, body: Buffer): Buffer | null | Promise<Buffer | null>;
}

/** The engine's answer is changed while it streams by. */
export interface AnswerStream {
  /**
   * Asked once the final head is there, before the client gets any of it. Null: the body stays as it is.
   * Throwing or rejecting becomes a 502, or with AnswerRefused what that says. When the transform fails
   * later, the connection is cut: the client sees no clean end.
   */
  begin(head: ResponseHead): BodyTransform | null | Promise<BodyTransform | null>;
}

/** The request's body is changed while it streams by; it travels chunked. */
export interface RequestStream {
  /**
   * Asked once the engine wants the body (it is sent `Expect: 100-continue`), which is when it has begun to
   * do what was asked; no byte of the body has reached it. Throwing AnswerRefused gives the client that
   * answer, and the engine no body; thrown by the transform later on, the client gets it too, and the engine
   * a body without an end.
   */
  begin(): BodyTransform | Promise<BodyTransform>;
}

/**
 * Thrown by `transformResponse`, `begin` or a request's transform: the client gets this in the place of the engine's
 * answer.
 */
export class AnswerRefused extends Error {
  override readonly name = 'AnswerRefused';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Takes both sides of a connection over once the engine has switched protocols and the client has been told
 * so. Both are paused (a `data` listener alone does not start them: pipe, resume() or iterate), half-open,
 * and have the bytes that came early pushed back into them. The connection counts as open until both are
 * closed; the taker ends or destroys them, and the gateway's close does.
 */
export type UpgradeHandler = (client: Duplex, engine: Duplex) => void;

/** What is to be done with a request. */
export type Verdict =
  | {
      readonly kind: 'forward';
      /** Replaces the target the client sent (its canonical form). */
      readonly target?: string;
      /** Replaces the body; an empty buffer means none. Only after the body was read. */
      readonly body?: Buffer;
      /** Reads the answer before the client gets it. */
      readonly answer?: AnswerHandling | AnswerStream;
      /** Changes the request's body on its way. Not together with `body`. */
      readonly stream?: RequestStream;
      /**
       * Called once, when the engine is done with the request: it has answered to the end, has closed the
       * connection, or never heard of it. A client that leaves does not end that: the engine may still begin
       * with what was asked. With `ownConnection` the request travels on a connection of its own.
       */
      readonly settled?: () => void;
      /** Nothing was sent, and nothing will be, on the engine connection that is used. */
      readonly ownConnection?: boolean;
      /** After the engine's 101: instead of a raw tunnel. */
      readonly upgradeHandler?: UpgradeHandler;
    }
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly message: string;
      /**
       * Where the client asked to switch protocols: a switched stream that holds nothing but the message as
       * an error, then ends. The engine hears nothing.
       */
      readonly inStream?: boolean;
    };

/** A verdict, or the wish to see the whole body first (at most `limit` bytes). */
export type Handling =
  | Verdict
  | {
      readonly kind: 'read-body';
      readonly limit: number;
      decide(body: Buffer): Verdict | Promise<Verdict>;
      /**
       * Asked before a body is read that is longer than `over` bytes, or whose length is not known: when it
       * may be, or why not. `displaced` is called where the body comes so slowly that its place is somebody
       * else's now.
       */
      readonly turn?: {
        readonly over: number;
        take(displaced: () => void): Promise<ReadingTurn | Extract<Verdict, { kind: 'refuse' }>>;
      };
    };

/** The turn to have a long body read. */
export interface ReadingTurn {
  /** The body is here: it can't be displaced any more. */
  received(): void;
  /** The verdict is there, or the client has left. */
  end(): void;
}

/**
 * Decides every request, also the second and later ones of a connection. Synchronous where nothing has to be
 * asked.
 */
export type Gatekeeper = (request: GatewayRequest) => Handling | Promise<Handling>;

/** What requests need of the gateway. */
export interface RequestOptions {
  readonly decide: Gatekeeper;
  /** The socket the client came in by. Default: the clients' one. */
  readonly origin?: Origin;
  /** The connection's place among its user's connections. Default: it counts for nobody. */
  readonly slot?: ConnectionSlot;
  /** Takes note of a refusal by the connection limits; the text for the client. */
  readonly crowded?: (denial: Denial) => string;
  /** Told of message-layer refusals and of internal errors (never of bodies). */
  readonly malformed: (why: string) => void;
  /** Told when a client got a 503 because the engine could not be reached. */
  readonly engineGone?: () => void;
}
