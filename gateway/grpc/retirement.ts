import { constants, type ServerHttp2Stream } from 'node:http2';
import type { UpgradedConnection } from '../http/exchange.ts';
import { grpcStatus } from './metadata.ts';
import { isBuild } from './methods.ts';
import { refuse } from './refuse.ts';

/** The text for a build on the connection of a gateway that was replaced. */
const replaced =
  'bulkhead gateway: the gateway was replaced or stops, and other builds still run on this connection; ' +
  'try again';

/**
 * Ends a connection whose gateway is replaced: what it allows is decided by an earlier program. Calls for a
 * build are accepted only on the build's own connection, so this one stays while a build runs on it, and
 * begins no other. Then the client gets GOAWAY, and opens another connection; other calls in progress, which
 * are not decided any more, may end.
 */
export class Retirement implements UpgradedConnection {
  readonly #end: () => void;
  #isRetired = false;
  /** Calls for a build whose message has not come yet. */
  readonly #pending = new Set<ServerHttp2Stream>();
  /** Number of calls that run a build. */
  #running = 0;

  /** `end`: ends the connection with its last call. */
  constructor(end: () => void) {
    this.#end = end;
  }

  retire(): void {
    this.#isRetired = true;
    for (const call of this.#pending) repeatElsewhere(call);
    this.#pending.clear();
    this.#endIfIdle();
  }

  /** Whether a new call is accepted; if not, it was refused. */
  accepts(call: ServerHttp2Stream, path: string): boolean {
    if (this.#isRetired && this.#running === 0) {
      repeatElsewhere(call);
      return false;
    }
    if (!isBuild(path)) return true;
    if (this.#isRetired) {
      call.on('error', () => undefined);
      refuse(call, grpcStatus.unavailable, replaced);
      return false;
    }
    this.#pending.add(call);
    call.once('close', () => {
      this.#pending.delete(call);
    });
    return true;
  }

  /** The message of an accepted call for a build has come: the build runs until the end of the call. */
  begin(call: ServerHttp2Stream): void {
    if (!this.#pending.delete(call)) return;
    this.#running++;
    call.once('close', () => {
      this.#running--;
      this.#endIfIdle();
    });
  }

  #endIfIdle(): void {
    if (this.#isRetired && this.#running === 0) this.#end();
  }
}

/** Refuses a call of which nothing was processed: clients repeat it on another connection by themselves. */
function repeatElsewhere(call: ServerHttp2Stream): void {
  call.on('error', () => undefined);
  call.close(constants.NGHTTP2_REFUSED_STREAM);
}
