import type { Duplex } from 'node:stream';
import type { Socket } from 'node:net';
import { ClientSide } from './client-side.ts';
import { endings, type EndReason } from './endings.ts';
import { EngineLink } from './engine-link.ts';
import { errorText } from './errors.ts';
import type { RequestOptions, UpgradedConnection, UpgradeHandler } from './exchange.ts';
import { refuseCalls } from './refuse-calls.ts';
import { RequestPipeline } from './request-pipeline.ts';
import { releaseBoth, Tunnel } from './tunnel.ts';

/** What a connection needs from its gateway. */
export interface ConnectionOptions extends RequestOptions {
  readonly engineSocket: string;
  /** Called once, when the connection has ended. */
  readonly ended: (connection: ClientConnection) => void;
}

type State =
  /** HTTP requests are served. */
  | 'requests'
  | 'tunnel'
  /** An upgrade handler has both sockets. */
  | 'upgraded'
  /** Ended for us: received bytes are discarded. */
  | 'lingering'
  | 'closed';

/**
 * One client connection and its one engine connection. Every request is parsed, decided and re-serialized
 * (RequestPipeline); bodies and responses are relayed raw, with their framing tracked exactly, so that no
 * request can be smuggled in another one.
 */
export class ClientConnection {
  readonly #client: ClientSide;
  readonly #engine: EngineLink;
  readonly #requests: RequestPipeline;
  readonly #tunnel: Tunnel;
  readonly #options: ConnectionOptions;
  #state: State = 'requests';
  #upgradedSockets: readonly Duplex[] = [];
  #upgraded: UpgradedConnection | null = null;
  #isRetired = false;

  constructor(client: Socket, options: ConnectionOptions) {
    this.#options = options;
    const { slot } = options;
    this.#client = new ClientSide(
      client,
      {
        bytes: (bytes) => {
          if (this.#state === 'tunnel') this.#tunnel.fromClient(bytes);
          else this.#requests.fromClient(bytes);
        },
        end: () => {
          if (this.#state === 'tunnel') this.#tunnel.clientEnded();
          else this.#requests.pump();
        },
        drain: () => {
          this.#engine.resume();
          this.#requests.clientDrained();
        },
        closed: () => {
          this.#end('client-gone');
        },
      },
      slot ?? null,
    );
    this.#engine = new EngineLink(options.engineSocket, {
      bytes: (bytes) => {
        if (this.#state === 'tunnel') this.#tunnel.fromEngine(bytes);
        else this.#requests.fromEngine(bytes);
      },
      end: () => {
        this.#engineEnd();
      },
      error: (error) => {
        if (this.#state === 'tunnel') this.#end('tunnel-ended');
        else this.#requests.engineFailed(error);
      },
      drain: () => {
        this.#requests.engineDrained();
      },
    });
    this.#requests = new RequestPipeline(this.#client, this.#engine, options, {
      ended: (reason, lastResponse) => {
        this.#end(reason, lastResponse);
      },
      switched: (early, handler) => {
        this.#switched(early, handler);
      },
      callsRefused: (status, message) => {
        this.#refuseCalls(status, message);
      },
    });
    this.#tunnel = new Tunnel(this.#client, this.#engine, () => {
      this.#end('tunnel-ended');
    });
    if (slot === undefined) return;
    slot.close = () => {
      this.close();
    };
    slot.closeIfIdle = () => {
      if (!this.idle || this.#client.hasUnread) return false;
      this.close();
      return true;
    };
    slot.markIdle();
  }

  /** The connection has switched protocols. */
  get switched(): boolean {
    return this.#state === 'tunnel' || this.#state === 'upgraded';
  }

  /** No exchange is under way. */
  get idle(): boolean {
    return this.#state === 'requests' && this.#requests.idle;
  }

  /** Serves one more request, whose response has `Connection: close`. See also UpgradedConnection. */
  retire(): void {
    this.#requests.retire();
    this.#retireUpgraded();
  }

  /** Lets the exchange under way end, then closes. See also UpgradedConnection. */
  drain(): void {
    this.#requests.drain();
    this.#retireUpgraded();
  }

  #retireUpgraded(): void {
    this.#isRetired = true;
    this.#upgraded?.retire();
  }

  /** Ends both sides at once. */
  close(): void {
    this.#end('closed');
  }

  /** Ends the connection to the engine, and the client's as `endings` says, after `lastResponse`. */
  #end(reason: EndReason, lastResponse?: Buffer): void {
    if (this.#state === 'closed') return;
    const isDestroyed = endings[reason] === 'destroy';
    this.#state = isDestroyed ? 'closed' : 'lingering';
    if (isDestroyed) this.#client.destroy();
    this.#engine.drop();
    this.#requests.stop();
    if (!isDestroyed) {
      // Half-open clients that never close would keep the descriptor: they get some time, as from the engine.
      // `client-gone` follows.
      this.#client.linger(lastResponse);
      return;
    }
    for (const socket of this.#upgradedSockets) socket.destroy();
    this.#requests.clientGone();
    this.#options.slot?.release();
    this.#options.ended(this);
  }

  #engineEnd(): void {
    switch (this.#state) {
      case 'tunnel':
        this.#tunnel.engineEnded();
        return;
      case 'requests':
        this.#requests.engineEnded();
        return;
      case 'upgraded':
      case 'lingering':
      case 'closed':
    }
  }

  #switched(early: Buffer, handler: UpgradeHandler | null): void {
    if (handler !== null) {
      this.#upgradeBoth(handler, early);
      return;
    }
    this.#state = 'tunnel';
    this.#tunnel.begin(early);
  }

  #upgradeBoth(handler: UpgradeHandler, early: Buffer): void {
    const sockets = releaseBoth(this.#client, this.#engine, early);
    if (sockets === null) {
      this.#end('upgrade-ended');
      return;
    }
    this.#releaseTo([sockets.client, sockets.engine], () => {
      this.#upgraded = handler(sockets.client, sockets.engine);
      if (this.#isRetired) this.#upgraded.retire();
    });
  }

  /** The client expects HTTP/2: it has sent the connection preface. */
  #refuseCalls(status: number, message: string): void {
    this.#requests.stop();
    this.#engine.drop();
    if (this.#client.ended) {
      this.#end('upgrade-ended');
      return;
    }
    const client = this.#client.release();
    this.#releaseTo([client], () => {
      refuseCalls(client, status, message);
    });
  }

  /** Calls `onReleased` with the released sockets; the connection ends when all are closed. */
  #releaseTo(sockets: readonly Duplex[], onReleased: () => void): void {
    this.#state = 'upgraded';
    this.#upgradedSockets = sockets;
    let open = this.#upgradedSockets.length;
    const closed = () => {
      if (--open === 0) this.#end('upgrade-ended');
    };
    for (const socket of this.#upgradedSockets) socket.once('close', closed);
    try {
      onReleased();
    } catch (error) {
      this.#options.onProtocolError(`internal error: ${errorText(error)}`);
      this.#end('upgrade-ended');
    }
  }
}
