import type { RequestHead } from './head-parser.ts';
import type { Target } from './target.ts';
import type { Match } from '../routes/match.ts';
import type { PeerCredentials } from '../peer-credentials.ts';

/** One request as the gateway understood it. */
export interface GatewayRequest {
  readonly head: RequestHead;
  readonly target: Target;
  /** Null for what the route table does not know. */
  readonly match: Match | null;
  /** Who is calling (SO_PEERCRED); null where the system can't say. Asked once a connection, when needed. */
  peer(): PeerCredentials | null;
}

/** What is to be done with a request. */
export type Verdict =
  | {
    readonly kind: 'forward';
    /** Replaces the target the client sent (its canonical form). */
    readonly target?: string;
    /** Replaces the body; an empty buffer means none. Only after the body was read. */
    readonly body?: Buffer;
  }
  | { readonly kind: 'refuse'; readonly status: number; readonly message: string };

/** A verdict, or the wish to see the whole body first (at most `limit` bytes). */
export type Handling = Verdict | {
  readonly kind: 'read-body';
  readonly limit: number;
  decide(body: Buffer): Verdict | Promise<Verdict>;
};

/** Decides every request, also the second and later ones of a connection. Synchronous where nothing has to be asked. */
export type Gatekeeper = (request: GatewayRequest) => Handling | Promise<Handling>;
