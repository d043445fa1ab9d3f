import { AnswerReader, chunkedHead, type Asked } from './answer-reader.ts';
import type { AnswerEvents } from './answer-relay.ts';
import { asItIs, BodyStream, Chunks, joined, type BodyTransform } from './message/body-stream.ts';
import type { ClientSide } from './client-side.ts';
import type { EngineLink } from './engine-link.ts';
import { errorText } from './errors.ts';
import { AnswerRefused, type AnswerStream } from './exchange.ts';
import type { ResponseHead } from './message/head-parser.ts';
import { ZeroCopyPath } from './splice/zero-copy-path.ts';

/**
 * Brings the engine's answer to the client while it is changed. What goes wrong before the head is with the
 * client becomes an answer of ours; later it cuts the connection.
 */
export class StreamedAnswer {
  readonly #reader: AnswerReader;
  readonly #handling: AnswerStream;
  readonly #client: ClientSide;
  readonly #engine: EngineLink;
  readonly #events: AnswerEvents;
  /** `asking`: the head is looked at. */
  #state: 'head' | 'asking' | 'streaming' | 'over' = 'head';
  #stream: BodyStream | null = null;
  /** How the client gets the body: in chunks of ours, or (null) raw under the engine's own head. */
  #chunks: Chunks | null = new Chunks();
  #early: Buffer[] = [];
  #complete = false;
  #finished = false;
  /** The engine ended an answer that has no other end. */
  #untilClose = false;
  readonly #bypass: ZeroCopyPath;

  constructor(
    asked: Asked,
    handling: AnswerStream,
    client: ClientSide,
    engine: EngineLink,
    events: AnswerEvents,
  ) {
    this.#reader = new AnswerReader(asked, Infinity);
    this.#handling = handling;
    this.#client = client;
    this.#engine = engine;
    this.#events = events;
    this.#bypass = new ZeroCopyPath(engine, client, (rest) => {
      this.#passed(rest);
    });
  }

  get done(): boolean {
    return this.#finished;
  }
  get closes(): boolean {
    return this.#untilClose || this.#reader.head?.close === true;
  }
  get continued(): boolean {
    return this.#reader.continued;
  }
  /** Nothing of an answer has come. */
  get untouched(): boolean {
    return this.#reader.untouched;
  }

  fromEngine(bytes: Buffer): void {
    if (this.#state === 'over' || this.#complete) {
      this.#engine.drop();
      return;
    }
    const progress = this.#reader.feed(bytes);
    switch (progress) {
      case 'nonsense':
      case 'switched':
      case 'too-long':
        this.#fail("the engine's answer makes no sense");
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
    this.#take();
  }

  engineEnded(): void {
    if (this.#state === 'over' || this.#complete) {
      this.#engine.drop();
      return;
    }
    if (this.#reader.head !== null && this.#reader.wholeAtClose()) {
      this.#untilClose = true;
      this.#complete = true;
      this.#take();
    } else if (this.#reader.head === null)
      this.#replace(
        503,
        'the engine closed the connection without an answer; try again when the engine is up',
      );
    else this.#fail("the engine's answer was cut short");
  }

  engineFailed(error: NodeJS.ErrnoException): void {
    if (this.#state === 'over' || this.#complete) {
      this.#engine.drop();
      return;
    }
    const down = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
    if (this.#reader.untouched)
      this.#replace(
        503,
        `${down ? 'the Docker engine is not running' : `the connection to the Docker engine broke (${error.code ?? error.message})`}; try again when the engine is up`,
      );
    else this.#fail("the engine's answer was cut short");
  }

  /** The client takes more. */
  drained(): void {
    this.#stream?.drained();
  }

  abandon(): void {
    this.#state = 'over';
    this.#early = [];
    this.#bypass.cancel();
    this.#stream?.abandon();
  }

  #begin(head: ResponseHead): void {
    this.#state = 'asking';
    this.#engine.pause();
    const go = (transform: BodyTransform | null) => {
      if (this.#state === 'asking') this.#start(head, transform);
    };
    const failed = (error: unknown) => {
      if (this.#state !== 'asking') return;
      if (error instanceof AnswerRefused) {
        this.#refuse(error);
        return;
      }
      this.#events.trouble(`internal error: ${errorText(error)}`);
      this.#fail("the engine's answer could not be looked at; see the gateway's log");
    };
    Promise.resolve()
      .then(() => this.#handling.begin(head))
      .then(go)
      .catch(failed);
  }

  #start(head: ResponseHead, transform: BodyTransform | null): void {
    if (transform !== null && head.encoded) {
      this.#fail("the engine's answer is compressed, so that it cannot be looked at");
      return;
    }
    this.#state = 'streaming';
    const chunked = head.body.kind === 'chunked' || (transform !== null && head.body.kind !== 'none');
    if (!chunked) this.#chunks = null;
    this.#client.write(
      chunked && head.body.kind !== 'chunked' ? chunkedHead(this.#reader.rawHead) : this.#reader.rawHead,
    );
    this.#stream = new BodyStream(transform ?? asItIs, {
      out: (parts) => this.#client.writeAll(this.#chunks?.put(parts) ?? parts),
      hungry: () => {
        this.#engine.resume();
      },
      done: () => {
        this.#done();
      },
      failed: (error) => {
        if (this.#state === 'over') return;
        this.#events.trouble(`an answer was cut: ${error instanceof Error ? error.message : String(error)}`);
        this.#cut();
      },
    });
    this.#take();
    this.#engine.resume();
  }

  /** Hands on what was read. */
  #take(): void {
    const parts = this.#reader.drain();
    const stream = this.#stream;
    if (stream === null) {
      this.#early.push(...parts);
      return;
    }
    const content = this.#early.length === 0 ? parts : [...this.#early, ...parts];
    this.#early = [];
    const more = content.length === 0 || stream.push(joined(content));
    if (this.#state === 'over') return;
    const { tracker } = this.#reader;
    if (
      more &&
      !this.#complete &&
      tracker !== null &&
      this.#bypass.begin({ stream, tracker, chunks: this.#chunks })
    )
      return;
    if (!more) this.#engine.pause();
    if (this.#complete) stream.end();
  }

  /** A part of the body has gone past us. */
  #passed(rest: Buffer): void {
    if (this.#reader.tracker?.broken != null) {
      this.#fail("the engine's answer was cut short");
      return;
    }
    this.#complete = this.#reader.done;
    if (this.#complete) this.#stream?.end();
    else if (rest.length > 0) this.fromEngine(rest);
  }

  #done(): void {
    if (this.#state === 'over') return;
    const last = this.#chunks?.end();
    // The client was told of more, as the engine had told us.
    if (last === null) {
      this.#cut();
      return;
    }
    if (last !== undefined) this.#client.write(last);
    this.#state = 'over';
    this.#finished = true;
    if (this.#untilClose) this.#engine.drop();
    this.#events.answered();
  }

  #fail(why: string): void {
    if (this.#state === 'streaming') this.#cut();
    else this.#replace(502, `${why}, so it was not passed on`);
  }

  #replace(status: number, why: string): void {
    this.#refuse(new AnswerRefused(status, `bulkhead gateway: ${why}`));
  }

  #refuse(refused: AnswerRefused): void {
    this.abandon();
    this.#engine.drop();
    this.#events.replaced(refused.status, refused.message);
  }

  #cut(): void {
    this.abandon();
    this.#events.cut();
  }
}
