import { message } from '../shared/messages/message.ts';
import { fail, type AppError, type Result } from '../shared/result.ts';

type Outcome = Result<void, AppError>;

/** Reload requests that wait for the supervisor: one reload, or restart, resolves all of them. */
export class PendingReloads {
  #waiting: ((outcome: Outcome) => void)[] = [];
  #isClosed = false;

  /** Resolves with the outcome of the next reload or restart. Error: `engine.not-ready` once closed. */
  add(): Promise<Outcome> {
    return new Promise((resolve) => {
      if (this.#isClosed) resolve(stopping());
      else this.#waiting.push(resolve);
    });
  }

  /**
   * Takes the requests waiting now: later ones are not resolved by the reload that begins. Returns the
   * function that resolves them.
   */
  take(): (outcome: Outcome) => void {
    const taken = this.#waiting;
    this.#waiting = [];
    return (outcome) => {
      for (const resolve of taken) resolve(outcome);
    };
  }

  /** The supervisor is ending: waiting requests fail, and so do later ones. */
  close(): void {
    this.#isClosed = true;
    this.take()(stopping());
  }
}

const stopping = (): Outcome => fail('engine.not-ready', message('engine.being-stopped'));
