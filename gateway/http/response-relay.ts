import { ResponseReader, fixedLengthHead, type ForwardedRequestInfo } from './response-reader.ts';
import type { ClientSide } from './client-side.ts';
import type { EngineLink } from './engine-link.ts';
import { errorText } from './errors.ts';
import { ResponseReplacedError, type ResponseTransform } from './exchange.ts';
import type { ResponseHead } from './message/response-head.ts';

/** The outcome of a response: exactly one of these is called, once; `reportProblem` may be called before. */
export interface ResponseEvents {
  /** The whole response was sent to the client. */
  readonly delivered: () => void;
  /**
   * The engine switched protocols (or began a raw stream); `early` followed the head, which was sent to the
   * client already.
   */
  readonly switched: (head: ResponseHead, early: Buffer) => void;
  /** Nothing was sent to the client yet: it gets a response of the gateway's own. */
  readonly replaced: (status: number, message: string) => void;
  /** A part was sent to the client, and no more follows. */
  readonly truncated: () => void;
  /** The engine's bytes are not a valid response. */
  readonly protocolError: () => void;
  readonly reportProblem: (why: string) => void;
}

/** Relays the engine's response to the client: as received, or buffered and transformed first. */
export class ResponseRelay {
  readonly #reader: ResponseReader;
  readonly #transformer: ResponseTransform | null;
  readonly #client: ClientSide;
  readonly #engine: EngineLink;
  readonly #events: ResponseEvents;
  readonly #isImplied: boolean;
  /** `transforming`: the response was read and its transform runs. */
  #state: 'reading' | 'transforming' | 'over' = 'reading';

  constructor(
    request: ForwardedRequestInfo,
    transformer: ResponseTransform | null,
    client: ClientSide,
    engine: EngineLink,
    events: ResponseEvents,
  ) {
    this.#reader = new ResponseReader(request, transformer?.limit ?? null);
    this.#transformer = transformer;
    this.#client = client;
    this.#engine = engine;
    this.#events = events;
    this.#isImplied = request.isImplied === true;
  }

  /** The whole response was sent to the client. */
  get done(): boolean {
    return this.#state === 'over' && this.#reader.done;
  }
  /** The engine has sent the 100 Continue that the gateway waits for. */
  get receivedContinue(): boolean {
    return this.#reader.receivedContinue;
  }
  /** No byte of a response was received yet. */
  get nothingReceived(): boolean {
    return this.#reader.nothingReceived;
  }
  /** The engine closes after this response. */
  get closes(): boolean {
    return this.#reader.head?.close === true;
  }

  fromEngine(bytes: Buffer): void {
    if (this.#state !== 'reading') {
      // Bytes after the end of a response are a protocol error.
      this.#engine.drop();
      return;
    }
    const reader = this.#reader;
    const progress = reader.feed(bytes);
    switch (progress) {
      case 'invalid':
        this.#state = 'over';
        this.#events.protocolError();
        return;
      case 'too-long':
        this.#badGateway(
          `the engine's response is longer than the ${this.#transformer?.limit ?? 0} bytes ` +
            'that can be inspected',
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
        if (this.#transformer === null) this.#finish();
        else this.#transform(this.#transformer);
    }
  }

  engineEnded(): void {
    if (this.#state === 'transforming') this.#engine.drop();
    if (this.#state !== 'reading') return;
    const reader = this.#reader;
    if (reader.head === null) this.#serviceUnavailable('the engine closed the connection without a response');
    else if (this.#transformer === null) {
      // The end of an until-close body, or a response cut short: the client sees exactly that.
      this.#state = 'over';
      this.#events.truncated();
    } else if (!reader.isCompleteAtClose()) this.#badGateway("the engine's response was cut short");
    else {
      this.#engine.drop();
      this.#transform(this.#transformer);
    }
  }

  engineFailed(error: NodeJS.ErrnoException): void {
    if (this.#state === 'transforming') this.#engine.drop();
    if (this.#state !== 'reading') return;
    if (this.#reader.nothingReceived) {
      const down = error.code === 'ENOENT' || error.code === 'ECONNREFUSED';
      this.#serviceUnavailable(
        down
          ? 'the Docker engine is not running'
          : `the connection to the Docker engine broke (${error.code ?? error.message})`,
      );
    } else if (this.#transformer !== null) this.#badGateway("the engine's response was cut short");
    else {
      this.#state = 'over';
      this.#events.truncated();
    }
  }

  #toClient(bytes: Buffer): void {
    if (this.#isImplied) return;
    if (!this.#client.write(bytes)) this.#engine.pause();
  }

  #finish(): void {
    this.#state = 'over';
    this.#events.delivered();
  }

  #transform(transformer: ResponseTransform): void {
    const head = this.#reader.head;
    if (head === null) return;
    // Without a body by its status or method, a response stays as it is.
    if (head.body.kind === 'none') {
      this.#toClient(this.#reader.rawHead);
      this.#finish();
      return;
    }
    if (head.encoded) {
      this.#badGateway("the engine's response is compressed, so that it cannot be inspected");
      return;
    }
    this.#state = 'transforming';
    const body = this.#reader.body;
    const write = (replaced: Buffer | null) => {
      if (this.#state !== 'transforming') return;
      const sent = replaced ?? body;
      this.#toClient(Buffer.concat([fixedLengthHead(this.#reader.rawHead, sent.length), sent]));
      this.#finish();
    };
    let transformed: Buffer | null | Promise<Buffer | null>;
    try {
      transformed = transformer.transformResponse(head, body);
    } catch (error) {
      this.#transformFailed(error);
      return;
    }
    if (transformed instanceof Promise)
      transformed.then(write).catch((error: unknown) => {
        this.#transformFailed(error);
      });
    else write(transformed);
  }

  #transformFailed(error: unknown): void {
    if (this.#state === 'over') return;
    if (error instanceof ResponseReplacedError) {
      this.#state = 'over';
      this.#engine.drop();
      this.#events.replaced(error.status, error.message);
      return;
    }
    this.#events.reportProblem(`internal error: ${errorText(error)}`);
    this.#badGateway("the engine's response could not be inspected; see the gateway's log");
  }

  #badGateway(why: string): void {
    this.#state = 'over';
    this.#engine.drop();
    this.#events.replaced(502, `bulkhead gateway: ${why}, so it was not passed on`);
  }

  #serviceUnavailable(why: string): void {
    this.#state = 'over';
    this.#engine.drop();
    this.#events.replaced(503, `bulkhead gateway: ${why}; try again when the engine is up`);
  }

  /** The client's socket has drained; nothing is queued here. */
  drained(): void {
    /* the connection resumes the engine's socket */
  }

  /** The client has disconnected: a running transform's result is dropped. */
  abandon(): void {
    this.#state = 'over';
  }
}
