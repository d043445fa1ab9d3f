import { CollectedBody } from './collected-body.ts';
import type { ClientSide } from './client-side.ts';
import type { EndReason } from './endings.ts';
import { continueResponse } from './errors.ts';
import type { GatekeeperResult, ReadingTurn, Verdict } from './exchange.ts';
import type { BodyTracker } from './message/framing.ts';
import type { HeadError, RequestHead } from './message/head-parser.ts';

/** How often the client's socket is polled while its request is decided, ms. */
const clientPollMs = 200;
/** How long reading a long body may take, ms: other requests wait for its turn. */
const bodyTimeoutMs = 15_000;

type ReadBody = Extract<GatekeeperResult, { kind: 'read-body' }>;

/** Events of a decision. */
export interface DecisionEvents {
  /** The last event. */
  readonly decided: (verdict: Verdict) => void;
  readonly malformed: (error: HeadError) => void;
  readonly failed: (error: unknown) => void;
  /** The client sent FIN in the middle of its body, or has closed its socket. */
  readonly ended: (reason: Extract<EndReason, 'request-cut' | 'client-gone'>) => void;
  /** An asynchronous step has completed: the pump can continue. */
  readonly proceed: () => void;
}

/** Decides one request; reads its whole body first where the decision needs it. */
export class RequestDecision {
  readonly #head: RequestHead;
  readonly #framing: BodyTracker;
  readonly #client: ClientSide;
  readonly #countBuffered: (bytes: number) => void;
  readonly #events: DecisionEvents;
  #state: 'deciding' | 'reading-body' | 'over' = 'deciding';
  #pending: ReadBody | null = null;
  #body: CollectedBody | null = null;
  /** Held while a long body is read and decided. */
  #turn: ReadingTurn | null = null;
  #bodyTimer: NodeJS.Timeout | null = null;
  #isBodyLimited = false;
  #clientPoll: NodeJS.Timeout | null = null;

  /** `framing`: of the request's body. `countBuffered` accounts its buffered bytes. */
  constructor(
    head: RequestHead,
    framing: BodyTracker,
    client: ClientSide,
    countBuffered: (bytes: number) => void,
    events: DecisionEvents,
  ) {
    this.#head = head;
    this.#framing = framing;
    this.#client = client;
    this.#countBuffered = countBuffered;
    this.#events = events;
  }

  /** Buffered bytes of the body that the user's account is charged for. */
  get bufferedBytes(): number {
    return this.#body?.bufferedBytes ?? 0;
  }

  /** Starts the decision. True when the pump can continue at once. */
  begin(decide: () => GatekeeperResult | Promise<GatekeeperResult>): boolean {
    return this.#runThen(decide, (handling) => {
      this.#handle(handling);
    });
  }

  /**
   * Consumes the received part of the body. True when the pump can continue at once; null where no body is
   * being read.
   */
  readBody(): boolean | null {
    const pending = this.#pending;
    const body = this.#body;
    if (this.#state !== 'reading-body' || pending === null || body === null) return null;
    const acquired = this.#framing.consume(this.#client.inbox, (content) => {
      body.add(content);
    });
    this.#client.take(acquired);
    if (this.#framing.broken !== null) {
      this.#events.malformed({ status: 400, why: this.#framing.broken });
      return false;
    }
    if (body.isTooLong) {
      this.#refuseTooLong(pending.limit);
      return false;
    }
    if (!this.#framing.done) {
      if (this.#client.ended) this.#events.ended('request-cut');
      else this.#client.resume();
      return false;
    }
    this.#pending = null;
    this.#turn?.received();
    this.#state = 'deciding';
    const content = body.take();
    return this.#runThen(
      () => pending.decide(content),
      (verdict) => {
        this.#decide(verdict);
      },
    );
  }

  /** From now on the body must come in time, also a short one, for which nobody waits. */
  limitBody(): void {
    this.#isBodyLimited = true;
    if (this.#state === 'reading-body') this.#startBodyTimer();
  }

  /**
   * Polls the client's socket until the request is decided: a half-closed socket still waits for its
   * response, and a paused one emits no close.
   */
  watchClient(): void {
    if (this.#state !== 'deciding' || this.#clientPoll !== null) return;
    this.#clientPoll = setInterval(() => {
      if (this.#state === 'deciding' && this.#client.isClosedByClient) this.#events.ended('client-gone');
    }, clientPollMs);
    this.#clientPoll.unref();
  }

  /** Decided or abandoned: later results are ignored. */
  end(): void {
    this.#state = 'over';
    if (this.#clientPoll !== null) clearInterval(this.#clientPoll);
    if (this.#bodyTimer !== null) clearTimeout(this.#bodyTimer);
    this.#clientPoll = this.#bodyTimer = null;
    this.#turn?.end();
    this.#turn = null;
    this.#body?.release();
  }

  /** Calls `next` with the result of `work`: synchronously (then true), or later. */
  #runThen<T>(work: () => T | Promise<T>, next: (result: T) => void): boolean {
    let result: T | Promise<T>;
    try {
      result = work();
    } catch (error) {
      this.#events.failed(error);
      return false;
    }
    if (!(result instanceof Promise)) {
      next(result);
      return true;
    }
    result
      .then((one) => {
        next(one);
        this.#events.proceed();
      })
      .catch((error: unknown) => {
        this.#events.failed(error);
      });
    return false;
  }

  #handle(handling: GatekeeperResult): void {
    if (handling.kind !== 'read-body') {
      this.#decide(handling);
      return;
    }
    // The client may have disconnected during the decision.
    if (this.#state !== 'deciding') return;
    const { body } = this.#head;
    if (body.kind === 'length' && body.bytes > handling.limit) {
      this.#refuseTooLong(handling.limit);
      return;
    }
    const { turn } = handling;
    if (turn === undefined || body.kind === 'none' || (body.kind === 'length' && body.bytes <= turn.over)) {
      this.#beginBody(handling);
      return;
    }
    this.#acquireTurn(handling, turn);
  }

  #acquireTurn(handling: ReadBody, turn: NonNullable<ReadBody['turn']>): void {
    const displaced = () => {
      this.#refuseSlow('the body arrived too slowly and lost its turn; send it again');
    };
    turn
      .take(displaced)
      .then((acquired) => {
        if ('kind' in acquired) {
          this.#decide(acquired);
          this.#events.proceed();
          return;
        }
        if (this.#state !== 'deciding') {
          acquired.end();
          return;
        }
        this.#turn = acquired;
        this.#isBodyLimited = true;
        this.#beginBody(handling);
        this.#events.proceed();
      })
      .catch((error: unknown) => {
        this.#events.failed(error);
      });
  }

  #beginBody(handling: ReadBody): void {
    this.#body = new CollectedBody(this.#head.body, handling.limit, this.#countBuffered);
    this.#pending = handling;
    this.#state = 'reading-body';
    if (this.#isBodyLimited) this.#startBodyTimer();
    if (this.#head.expectContinue && !this.#framing.done) this.#client.write(continueResponse);
    this.#client.resume();
  }

  #startBodyTimer(): void {
    this.#bodyTimer ??= setTimeout(() => {
      this.#refuseSlow(`the body did not come within ${bodyTimeoutMs / 1000} s`);
    }, bodyTimeoutMs).unref();
  }

  #decide(verdict: Verdict): void {
    if (this.#state !== 'deciding') {
      if (verdict.kind === 'forward') verdict.settled?.();
      return;
    }
    this.end();
    this.#events.decided(verdict);
  }

  #refuseTooLong(limit: number): void {
    this.#refuse(413, `the body is longer than the ${limit} bytes that are allowed here`);
  }

  #refuseSlow(message: string): void {
    if (this.#state === 'reading-body') this.#refuse(408, message);
  }

  #refuse(status: number, message: string): void {
    this.end();
    this.#events.decided({ kind: 'refuse', status, message });
  }
}
