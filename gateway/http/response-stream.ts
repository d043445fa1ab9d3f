import { ResponseReader, chunkedHead, type ForwardedRequestInfo } from './response-reader.ts';
import type { ResponseEvents } from './response-relay.ts';
import {
  identityTransform,
  BodyStream,
  ChunkEncoder,
  concatParts,
  type BodyTransform,
} from './message/body-stream.ts';
import type { ClientSide } from './client-side.ts';
import type { EngineLink } from './engine-link.ts';
import { errorText } from './errors.ts';
import { ResponseReplacedError, type StreamingResponseTransform } from './exchange.ts';
import type { ResponseHead } from './message/response-head.ts';
import { ZeroCopyPath } from './splice/zero-copy-path.ts';

/**
 * Streams the engine's response to the client through a transform. A failure before the head was sent becomes
 * a response of the gateway's own; a later one cuts the connection.
 */
export class StreamedResponse {
  readonly #reader: ResponseReader;
  readonly #transformer: StreamingResponseTransform;
  readonly #client: ClientSide;
  readonly #engine: EngineLink;
  readonly #events: ResponseEvents;
  /** `deciding`: `begin` chooses the transform. */
  #state: 'head' | 'deciding' | 'streaming' | 'over' = 'head';
  #stream: BodyStream | null = null;
  /** Frames the body in chunks; null: raw under the engine's own head. */
  #chunks: ChunkEncoder | null = new ChunkEncoder();
  #early: Buffer[] = [];
  #complete = false;
  #finished = false;
  /** The response was ended by the engine's FIN (until-close body). */
  #untilClose = false;
  readonly #zeroCopyPath: ZeroCopyPath;

  constructor(
    request: ForwardedRequestInfo,
    transformer: StreamingResponseTransform,
    client: ClientSide,
    engine: EngineLink,
    events: ResponseEvents,
  ) {
    this.#reader = new ResponseReader(request, Infinity);
    this.#transformer = transformer;
    this.#client = client;
    this.#engine = engine;
    this.#events = events;
    this.#zeroCopyPath = new ZeroCopyPath(engine, client, (rest) => {
      this.#zeroCopyEnded(rest);
    });
  }

  get done(): boolean {
    return this.#finished;
  }
  get closes(): boolean {
    return this.#untilClose || this.#reader.head?.close === true;
  }
  get receivedContinue(): boolean {
    return this.#reader.receivedContinue;
  }
  /** No byte of a response was received yet. */
  get nothingReceived(): boolean {
    return this.#reader.nothingReceived;
  }

  fromEngine(bytes: Buffer): void {
    if (this.#state === 'over' || this.#complete) {
      this.#engine.drop();
      return;
    }
    const progress = this.#reader.feed(bytes);
    switch (progress) {
      case 'invalid':
      case 'switched':
      case 'too-long':
        this.#fail("the engine's response is malformed");
        return;
      case 'done':
        this.#complete = true;
        break;
      case 'more':
    }
    if (this.#reader.out.length > 0) this.#client.write(this.#reader.out);
    const { head } = this.#reader;
    if (head === null) return;
    if (this.#state === 'head') this.#begin(head);
    this.#forwardContent();
  }

  engineEnded(): void {
    if (this.#state === 'over' || this.#complete) {
      this.#engine.drop();
      return;
    }
    if (this.#reader.head !== null && this.#reader.isCompleteAtClose()) {
      this.#untilClose = true;
      this.#complete = true;
      this.#forwardContent();
    } else if (this.#reader.head === null)
      this.#replace(
        503,
        'the engine closed the connection without a response; try again when the engine is up',
      );
    else this.#fail("the engine's response was cut short");
  }

  engineFailed(error: NodeJS.ErrnoException): void {
    if (this.#state === 'over' || this.#complete) {
      this.#engine.drop();
      return;
    }
    const down = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
    const what = down
      ? 'the Docker engine is not running'
      : `the connection to the Docker engine broke (${error.code ?? error.message})`;
    if (this.#reader.nothingReceived) this.#replace(503, `${what}; try again when the engine is up`);
    else this.#fail("the engine's response was cut short");
  }

  /** The client's socket has drained. */
  drained(): void {
    this.#stream?.drained();
  }

  abandon(): void {
    this.#state = 'over';
    this.#early = [];
    this.#zeroCopyPath.cancel();
    this.#stream?.abandon();
  }

  #begin(head: ResponseHead): void {
    this.#state = 'deciding';
    this.#engine.pause();
    const start = (transform: BodyTransform | null) => {
      if (this.#state === 'deciding') this.#start(head, transform);
    };
    const failed = (error: unknown) => {
      if (this.#state !== 'deciding') return;
      if (error instanceof ResponseReplacedError) {
        this.#refuse(error);
        return;
      }
      this.#events.reportProblem(`internal error: ${errorText(error)}`);
      this.#fail("the engine's response could not be inspected; see the gateway's log");
    };
    Promise.resolve()
      .then(() => this.#transformer.begin(head))
      .then(start)
      .catch(failed);
  }

  #start(head: ResponseHead, transform: BodyTransform | null): void {
    if (transform !== null && head.encoded) {
      this.#fail("the engine's response is compressed, so that it cannot be inspected");
      return;
    }
    this.#state = 'streaming';
    const chunked = head.body.kind === 'chunked' || (transform !== null && head.body.kind !== 'none');
    if (!chunked) this.#chunks = null;
    this.#client.write(
      chunked && head.body.kind !== 'chunked' ? chunkedHead(this.#reader.rawHead) : this.#reader.rawHead,
    );
    this.#stream = new BodyStream(transform ?? identityTransform, {
      out: (parts) => this.#client.writeAll(this.#chunks?.encode(parts) ?? parts),
      pull: () => {
        this.#engine.resume();
      },
      done: () => {
        this.#done();
      },
      failed: (error) => {
        if (this.#state === 'over') return;
        this.#events.reportProblem(
          `a response was cut: ${error instanceof Error ? error.message : String(error)}`,
        );
        this.#truncate();
      },
    });
    this.#forwardContent();
    this.#engine.resume();
  }

  /** Pushes buffered content into the transform. */
  #forwardContent(): void {
    const parts = this.#reader.drain();
    const stream = this.#stream;
    if (stream === null) {
      this.#early.push(...parts);
      return;
    }
    const content = this.#early.length === 0 ? parts : [...this.#early, ...parts];
    this.#early = [];
    const more = content.length === 0 || stream.push(concatParts(content));
    if (this.#state === 'over') return;
    const { tracker } = this.#reader;
    if (
      more &&
      !this.#complete &&
      tracker !== null &&
      this.#zeroCopyPath.begin({ stream, tracker, chunks: this.#chunks })
    )
      return;
    if (!more) this.#engine.pause();
    if (this.#complete) stream.end();
  }

  /** The zero-copy path has moved a part of the body. */
  #zeroCopyEnded(rest: Buffer): void {
    if (this.#reader.tracker?.broken != null) {
      this.#fail("the engine's response was cut short");
      return;
    }
    this.#complete = this.#reader.done;
    if (this.#complete) this.#stream?.end();
    else if (rest.length > 0) this.fromEngine(rest);
  }

  #done(): void {
    if (this.#state === 'over') return;
    const last = this.#chunks?.end();
    // A chunk with a larger announced size was begun.
    if (last === null) {
      this.#truncate();
      return;
    }
    if (last !== undefined) this.#client.write(last);
    this.#state = 'over';
    this.#finished = true;
    if (this.#untilClose) this.#engine.drop();
    this.#events.delivered();
  }

  #fail(why: string): void {
    if (this.#state === 'streaming') this.#truncate();
    else this.#replace(502, `${why}, so it was not passed on`);
  }

  #replace(status: number, why: string): void {
    this.#refuse(new ResponseReplacedError(status, `bulkhead gateway: ${why}`));
  }

  #refuse(refused: ResponseReplacedError): void {
    this.abandon();
    this.#engine.drop();
    this.#events.replaced(refused.status, refused.message);
  }

  #truncate(): void {
    this.abandon();
    this.#events.truncated();
  }
}
