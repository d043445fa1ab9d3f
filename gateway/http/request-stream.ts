import { BodyStream, ChunkEncoder, concatParts } from './message/body-stream.ts';
import type { ClientSide } from './client-side.ts';
import type { EngineLink } from './engine-link.ts';
import { errorText } from './errors.ts';
import { ResponseReplacedError, type StreamingRequestTransform } from './exchange.ts';
import type { BodyTracker } from './message/framing.ts';
import { ZeroCopyPath } from './splice/zero-copy-path.ts';

export interface RequestStreamEvents {
  /** The engine has requested the body. */
  readonly begun: () => void;
  /** The engine has the whole body. */
  readonly sent: () => void;
  /** In place of the engine's response. */
  readonly refused: (status: number, message: string) => void;
  /** The client's framing is broken. */
  readonly broken: () => void;
  readonly reportProblem: (why: string) => void;
}

/** Streams a request's body to the engine through a transform, once the engine requests it. */
export class StreamedRequest {
  readonly #transformer: StreamingRequestTransform;
  readonly #body: BodyTracker;
  readonly #client: ClientSide;
  readonly #engine: EngineLink;
  readonly #events: RequestStreamEvents;
  #state: 'waiting' | 'starting' | 'streaming' | 'done' | 'over' = 'waiting';
  #stream: BodyStream | null = null;
  readonly #chunks = new ChunkEncoder();
  readonly #zeroCopyPath: ZeroCopyPath;

  constructor(
    transformer: StreamingRequestTransform,
    body: BodyTracker,
    client: ClientSide,
    engine: EngineLink,
    events: RequestStreamEvents,
  ) {
    this.#transformer = transformer;
    this.#body = body;
    this.#client = client;
    this.#engine = engine;
    this.#events = events;
    this.#zeroCopyPath = new ZeroCopyPath(client, engine, (rest) => {
      this.#zeroCopyEnded(rest);
    });
  }

  /** The whole body has gone to the engine. */
  get done(): boolean {
    return this.#state === 'done';
  }

  /** The engine has requested the body. Idempotent. */
  begin(): void {
    if (this.#state !== 'waiting') return;
    this.#state = 'starting';
    Promise.resolve()
      .then(() => this.#transformer.begin())
      .then((transform) => {
        if (this.#state !== 'starting') return;
        this.#state = 'streaming';
        this.#stream = new BodyStream(transform, {
          out: (parts) => this.#engine.writeAll(this.#chunks.encode(parts)),
          pull: () => {
            this.#client.resume();
          },
          done: () => {
            this.#state = 'done';
            const last = this.#chunks.end();
            // A chunk with a larger announced size was begun: the engine responds with an error.
            if (last === null) this.#engine.end();
            else this.#engine.write(last);
            this.#events.sent();
          },
          failed: (error) => {
            this.#failed(error);
          },
        });
        this.#events.begun();
      })
      .catch((error: unknown) => {
        this.#failed(error);
      });
  }

  /** Forwards what was received of the body. */
  forwardBody(): void {
    const stream = this.#stream;
    if (stream === null || this.#body.done || this.#zeroCopyPath.active) return;
    const read = this.#client.inbox.length > 0;
    let more = true;
    if (read) {
      const content: Buffer[] = [];
      const consumed = this.#body.consume(this.#client.inbox, (part) => {
        content.push(part);
      });
      if (this.#body.broken !== null) {
        this.#events.broken();
        return;
      }
      this.#client.take(consumed);
      if (content.length > 0) more = stream.push(concatParts(content));
    }
    if (more && read && !this.#body.done) {
      this.#client.resume();
      if (this.#zeroCopyPath.begin({ stream, tracker: this.#body, chunks: this.#chunks })) return;
    }
    if (this.#body.done) stream.end();
    if (more) this.#client.resume();
    else this.#client.pause();
  }

  /** The zero-copy path has moved a part of the body. */
  #zeroCopyEnded(rest: Buffer): void {
    if (this.#body.broken !== null) {
      this.#events.broken();
      return;
    }
    this.#client.append(rest);
    if (this.#body.done) this.#stream?.end();
    else this.forwardBody();
  }

  drained(): void {
    this.#stream?.drained();
  }

  abandon(): void {
    this.#state = 'over';
    this.#zeroCopyPath.cancel();
    this.#stream?.abandon();
  }

  #failed(error: unknown): void {
    if (this.#state === 'over') return;
    this.abandon();
    if (error instanceof ResponseReplacedError) {
      this.#events.refused(error.status, error.message);
      return;
    }
    this.#events.reportProblem(`internal error: ${errorText(error)}`);
    this.#events.refused(500, "bulkhead gateway: the body could not be passed on; see the gateway's log");
  }
}
