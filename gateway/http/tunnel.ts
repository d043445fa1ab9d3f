import type { Duplex } from 'node:stream';
import type { ClientSide } from './client-side.ts';
import type { EngineLink } from './engine-link.ts';

/** Relays bytes in both directions after a protocol switch, and each side's FIN to the other. */
export class Tunnel {
  readonly #client: ClientSide;
  readonly #engine: EngineLink;
  readonly #ended: () => void;

  /** `ended`: both sides are done. */
  constructor(client: ClientSide, engine: EngineLink, ended: () => void) {
    this.#client = client;
    this.#engine = engine;
    this.#ended = ended;
  }

  /** `early` followed the head of the engine's response. */
  begin(early: Buffer): void {
    if (early.length > 0) this.fromEngine(early);
    const inbox = this.#client.take(this.#client.inbox.length);
    if (inbox.length > 0) this.#engine.write(inbox);
    if (this.#client.ended) this.#engine.end();
    this.#client.resume();
  }

  fromClient(bytes: Buffer): void {
    if (!this.#engine.write(bytes)) this.#client.pause();
  }

  fromEngine(bytes: Buffer): void {
    if (!this.#client.write(bytes)) this.#engine.pause();
  }

  clientEnded(): void {
    this.#engine.end();
    if (this.#engine.ended) this.#ended();
  }

  /** The client may still be sending, and gets an error from the engine if that is over too. */
  engineEnded(): void {
    if (this.#client.ended || this.#engine.destroyed) this.#ended();
    else this.#client.end();
  }
}

/** Both sockets as an upgrade handler gets them (see UpgradeHandler). Null: one side has ended already. */
export function releaseBoth(
  client: ClientSide,
  engine: EngineLink,
  early: Buffer,
): { readonly client: Duplex; readonly engine: Duplex } | null {
  // A client that has sent FIN already can't use another protocol.
  const engineSocket = client.ended ? null : engine.release();
  if (engineSocket === null) return null;
  const clientSocket = client.release();
  if (early.length > 0) engineSocket.unshift(early);
  return { client: clientSocket, engine: engineSocket };
}
