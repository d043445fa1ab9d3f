import { CollectedBody } from './collected-body.ts';
import type { ClientSide } from './client-side.ts';
import type { EndReason } from './endings.ts';
import { continueResponse } from './errors.ts';
import type { Handling, ReadingTurn, Verdict } from './exchange.ts';
import type { BodyTracker } from './message/framing.ts';
import type { HeadError, RequestHead } from './message/head-parser.ts';

/** How often a client is looked after while its request is decided, ms. */
const lookAfterMs = 200;
/** How long a long body may take once it is being read, ms: others wait for it. */
const bodyMs = 15_000;

type ReadBody = Extract<Handling, { kind: 'read-body' }>;

/** What a decision tells its connection. */
export interface DecisionEvents {
  /** The last event. */
  readonly decided: (verdict: Verdict) => void;
  readonly malformed: (error: HeadError) => void;
  readonly failed: (error: unknown) => void;
  /** The client sent FIN in the middle of its body, or has closed its socket. */
  readonly ended: (reason: Extract<EndReason, 'request-cut' | 'client-gone'>) => void;
  /** What was waited for is there: the connection can go on. */
  readonly proceed: () => void;
}

/** Brings one request to its verdict; where the verdict needs the whole body, it is read first. */
export class RequestDecision {
  readonly #head: RequestHead;
  readonly #framing: BodyTracker;
  readonly #client: ClientSide;
  readonly #hold: (bytes: number) => void;
  readonly #events: DecisionEvents;
  #state: 'deciding' | 'reading-body' | 'over' = 'deciding';
  #pending: ReadBody | null = null;
  #body: CollectedBody | null = null;
  /** What reading and deciding a long body takes. */
  #turn: ReadingTurn | null = null;
  #bodyTimer: NodeJS.Timeout | null = null;
  #lookAfter: NodeJS.Timeout | null = null;

  /** `framing`: of the request's body. `hold` counts what is kept of it (CollectedBody). */
  constructor(
    head: RequestHead,
    framing: BodyTracker,
    client: ClientSide,
    hold: (bytes: number) => void,
    events: DecisionEvents,
  ) {
    this.#head = head;
    this.#framing = framing;
    this.#client = client;
    this.#hold = hold;
    this.#events = events;
  }

  /** Bytes of the body that count as the user's. */
  get heldBytes(): number {
    return this.#body?.heldBytes ?? 0;
  }

  /** Begins. True when the connection can go on at once. */
  begin(decide: () => Handling | Promise<Handling>): boolean {
    return this.#await(decide, (handling) => {
      this.#handle(handling);
    });
  }

  /**
   * Takes what has come of a body that is to be read. True when the connection can go on at once; null where
   * no body is read now.
   */
  readBody(): boolean | null {
    const pending = this.#pending;
    const body = this.#body;
    if (this.#state !== 'reading-body' || pending === null || body === null) return null;
    const taken = this.#framing.consume(this.#client.inbox, (content) => {
      body.add(content);
    });
    this.#client.take(taken);
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
    return this.#await(
      () => pending.decide(content),
      (verdict) => {
        this.#decide(verdict);
      },
    );
  }

  /**
   * Looks after the client until there is a verdict: a half-closed socket still waits for its answer, and a
   * paused one does not tell that it was closed.
   */
  watchClient(): void {
    if (this.#state !== 'deciding' || this.#lookAfter !== null) return;
    this.#lookAfter = setInterval(() => {
      if (this.#state === 'deciding' && this.#client.left) this.#events.ended('client-gone');
    }, lookAfterMs);
    this.#lookAfter.unref();
  }

  /** There is a verdict, or nobody who waits for one: what comes later counts for nothing. */
  end(): void {
    this.#state = 'over';
    if (this.#lookAfter !== null) clearInterval(this.#lookAfter);
    if (this.#bodyTimer !== null) clearTimeout(this.#bodyTimer);
    this.#lookAfter = this.#bodyTimer = null;
    this.#turn?.end();
    this.#turn = null;
    this.#body?.release();
  }

  /** `next` gets what `work` comes to: at once (then true), or later. */
  #await<T>(work: () => T | Promise<T>, next: (result: T) => void): boolean {
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

  #handle(handling: Handling): void {
    if (handling.kind !== 'read-body') {
      this.#decide(handling);
      return;
    }
    // The client may have gone while it was decided.
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
    this.#takeTurn(handling, turn);
  }

  #takeTurn(handling: ReadBody, turn: NonNullable<ReadBody['turn']>): void {
    const displaced = () => {
      this.#refuseSlow('the body came so slowly that others were let pass; send it again');
    };
    turn
      .take(displaced)
      .then((taken) => {
        if ('kind' in taken) {
          this.#decide(taken);
          this.#events.proceed();
          return;
        }
        if (this.#state !== 'deciding') {
          taken.end();
          return;
        }
        this.#turn = taken;
        this.#bodyTimer = setTimeout(() => {
          this.#refuseSlow(`the body did not come within ${bodyMs / 1000} s`);
        }, bodyMs);
        this.#bodyTimer.unref();
        this.#beginBody(handling);
        this.#events.proceed();
      })
      .catch((error: unknown) => {
        this.#events.failed(error);
      });
  }

  #beginBody(handling: ReadBody): void {
    this.#body = new CollectedBody(this.#head.body, handling.limit, this.#hold);
    this.#pending = handling;
    this.#state = 'reading-body';
    if (this.#head.expectContinue && !this.#framing.done) this.#client.write(continueResponse);
    this.#client.resume();
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
