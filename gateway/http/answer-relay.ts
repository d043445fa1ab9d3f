import { AnswerReader, answerHead, type Asked } from './answer-reader.ts';
import type { ClientSide } from './client-side.ts';
import type { EngineLink } from './engine-link.ts';
import { errorText } from './errors.ts';
import { AnswerRefused, type AnswerHandling } from './exchange.ts';
import type { ResponseHead } from './message/head-parser.ts';

/** What becomes of an answer. One of these is told, once; `trouble` may be told before. */
export interface AnswerEvents {
  /** The client has the whole answer. */
  readonly answered: () => void;
  /**
   * The engine switched protocols (or began a raw stream); `early` came after the head, which is with the
   * client already.
   */
  readonly switched: (head: ResponseHead, early: Buffer) => void;
  /** Nothing of an answer has reached the client: it gets one of ours. */
  readonly replaced: (status: number, message: string) => void;
  /** The client has a part of it, and no more comes. */
  readonly cut: () => void;
  /** What the engine says makes no sense. */
  readonly protocolError: () => void;
  readonly trouble: (why: string) => void;
}

/** Brings the engine's answer to one request to the client: as it comes, or looked at first. */
export class AnswerRelay {
  readonly #reader: AnswerReader;
  readonly #handling: AnswerHandling | null;
  readonly #client: ClientSide;
  readonly #engine: EngineLink;
  readonly #events: AnswerEvents;
  /** The answer is read and being looked at; or nothing is to be done any more. */
  #state: 'reading' | 'looking' | 'over' = 'reading';

  constructor(
    asked: Asked,
    handling: AnswerHandling | null,
    client: ClientSide,
    engine: EngineLink,
    events: AnswerEvents,
  ) {
    this.#reader = new AnswerReader(asked, handling?.limit ?? null);
    this.#handling = handling;
    this.#client = client;
    this.#engine = engine;
    this.#events = events;
  }

  /** The client has the whole answer. */
  get done(): boolean {
    return this.#state === 'over' && this.#reader.done;
  }
  /** The engine has asked for the body that it is to wait for. */
  get continued(): boolean {
    return this.#reader.continued;
  }
  /** Nothing of an answer has come. */
  get untouched(): boolean {
    return this.#reader.untouched;
  }
  /** The engine closes after this answer. */
  get closes(): boolean {
    return this.#reader.head?.close === true;
  }

  fromEngine(bytes: Buffer): void {
    if (this.#state !== 'reading') {
      // Bytes after the end of an answer belong to nothing.
      this.#engine.drop();
      return;
    }
    const reader = this.#reader;
    const progress = reader.feed(bytes);
    switch (progress) {
      case 'nonsense':
        this.#state = 'over';
        this.#events.protocolError();
        return;
      case 'too-long':
        this.#unusable(
          `the engine's answer is longer than the ${this.#handling?.limit ?? 0} bytes that can be looked at`,
        );
        return;
      case 'switched':
        this.#state = 'over';
        this.#toClient(reader.out);
        if (reader.head !== null) this.#events.switched(reader.head, reader.early);
        return;
      case 'more':
        if (reader.out.length > 0) this.#toClient(reader.out);
        return;
      case 'done':
        if (reader.out.length > 0) this.#toClient(reader.out);
        if (this.#handling === null) this.#over();
        else this.#look(this.#handling);
    }
  }

  engineEnded(): void {
    if (this.#state === 'looking') this.#engine.drop();
    if (this.#state !== 'reading') return;
    const reader = this.#reader;
    if (reader.head === null) this.#gone('the engine closed the connection without an answer');
    else if (this.#handling === null) {
      // The end of an until-close body, or an answer cut short: the client sees exactly that.
      this.#state = 'over';
      this.#events.cut();
    } else if (!reader.wholeAtClose()) this.#unusable("the engine's answer was cut short");
    else {
      this.#engine.drop();
      this.#look(this.#handling);
    }
  }

  engineFailed(error: NodeJS.ErrnoException): void {
    if (this.#state === 'looking') this.#engine.drop();
    if (this.#state !== 'reading') return;
    if (this.#reader.untouched) {
      const down = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
      this.#gone(
        down
          ? 'the Docker engine is not running'
          : `the connection to the Docker engine broke (${error.code ?? error.message})`,
      );
    } else if (this.#handling !== null) this.#unusable("the engine's answer was cut short");
    else {
      this.#state = 'over';
      this.#events.cut();
    }
  }

  #toClient(bytes: Buffer): void {
    if (!this.#client.write(bytes)) this.#engine.pause();
  }

  #over(): void {
    this.#state = 'over';
    this.#events.answered();
  }

  #look(handling: AnswerHandling): void {
    const head = this.#reader.head;
    if (head === null) return;
    // Without a body by its status or method, an answer stays as it is.
    if (head.body.kind === 'none') {
      this.#toClient(this.#reader.rawHead);
      this.#over();
      return;
    }
    if (head.encoded) {
      this.#unusable("the engine's answer is compressed, so that it cannot be looked at");
      return;
    }
    this.#state = 'looking';
    const body = this.#reader.body;
    const write = (replaced: Buffer | null) => {
      if (this.#state !== 'looking') return;
      const sent = replaced ?? body;
      this.#toClient(Buffer.concat([answerHead(this.#reader.rawHead, sent.length), sent]));
      this.#over();
    };
    let seen: Buffer | null | Promise<Buffer | null>;
    try {
      seen = handling.transformResponse(head, body);
    } catch (error) {
      this.#lookFailed(error);
      return;
    }
    if (seen instanceof Promise)
      seen.then(write).catch((error: unknown) => {
        this.#lookFailed(error);
      });
    else write(seen);
  }

  #lookFailed(error: unknown): void {
    if (this.#state === 'over') return;
    if (error instanceof AnswerRefused) {
      this.#state = 'over';
      this.#engine.drop();
      this.#events.replaced(error.status, error.message);
      return;
    }
    this.#events.trouble(`internal error: ${errorText(error)}`);
    this.#unusable("the engine's answer could not be looked at; see the gateway's log");
  }

  #unusable(why: string): void {
    this.#state = 'over';
    this.#engine.drop();
    this.#events.replaced(502, `bulkhead gateway: ${why}, so it was not passed on`);
  }

  #gone(why: string): void {
    this.#state = 'over';
    this.#engine.drop();
    this.#events.replaced(503, `bulkhead gateway: ${why}; try again when the engine is up`);
  }

  /** The client takes more: nothing waits here for that. */
  drained(): void {
    /* the engine's reading is resumed by the connection */
  }

  /** The client is gone: what is still being looked at is for nobody. */
  abandon(): void {
    this.#state = 'over';
  }
}
