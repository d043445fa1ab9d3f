import type { Target } from '../../engine/target.ts';
import { nothingWatched, watchScan } from '../../shared/containers/appeared.ts';
import type { ContainerScan } from '../../shared/containers/protection.ts';
import type { EngineStatus } from '../../shared/engine-status/status.ts';
import { message } from '../../shared/messages/message.ts';
import { fail, type AppError, type Result } from '../../shared/result.ts';
import type { StateStore } from './app-state.ts';
import { coalesce } from './coalesce.ts';

/** Containers are created and removed in bursts (compose, CI): one scan per burst. */
const scanAfterMs = 400;
/** The same while containers are removed: each removal is an event, and the removal scans at its end. */
const scanAfterMsInRemoval = 5_000;

/**
 * How long a scan waits for one container, ms: one whose inspect hangs must not keep new ones out of the
 * list.
 */
const inspectLimitMs = 5_000;
/** Scans again if the engine did not respond about a container, ms; each time after twice the delay. */
const retryAfterMs = { first: 5_000, last: 160_000 } as const;

/** Neither runs nor is about to. */
const isDown = ({ phase }: Pick<EngineStatus, 'phase'>): boolean => phase === 'stopped' || phase === 'failed';

/** Scans of one engine's containers, with their results in the state. */
export class ContainerScans {
  readonly #target: Target;
  readonly #state: StateStore;
  readonly #scanOnce: () => Promise<Result<ContainerScan, AppError>>;
  #watched = nothingWatched;
  #timer: NodeJS.Timeout | undefined;
  #retryTimer: NodeJS.Timeout | undefined;
  #retryMs: number = retryAfterMs.first;
  readonly #unwatchState: () => void;
  #isClosed = false;

  constructor(target: Target, state: StateStore) {
    this.#target = target;
    this.#state = state;
    this.#scanOnce = coalesce(() => this.#run());
    // While the engine does not run, nothing is known of its containers; most have stopped.
    this.#unwatchState = state.onChange(({ engine }) => {
      if (engine !== undefined && isDown(engine)) state.set({ scan: null, scanError: null });
    });
  }

  /** Scans now; see `Session.scan`. */
  scan(): Promise<Result<ContainerScan, AppError>> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    return this.#scanOnce();
  }

  /** Scans soon, once for a burst of calls; not while the engine is down. */
  scanSoon(): void {
    const { engine, removal } = this.#state.get();
    if (this.#isClosed || engine.phase !== 'ready') return;
    const removing = removal !== null && removal.activity !== 'ended';
    this.#timer ??= setTimeout(
      () => {
        void this.scan();
      },
      removing ? scanAfterMsInRemoval : scanAfterMs,
    );
  }

  /** The unprotected containers that appeared were acknowledged. */
  acknowledge(): void {
    this.#watched = { ...this.#watched, appeared: null };
    this.#state.set({ appeared: null });
  }

  /** No scan begins by itself after this, also not when one that is running ends. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#retryTimer);
    this.#unwatchState();
  }

  async #run(): Promise<Result<ContainerScan, AppError>> {
    const state = this.#state;
    state.set({ busy: { ...state.get().busy, scanning: true } });
    const unexpected = (cause: unknown) => fail('internal', message('app.containers-not-listed'), { cause });
    const result = await this.#target.scan({ inspectLimitMs }).catch(unexpected);
    if (result.ok) this.#watched = watchScan(this.#watched, result.value);
    // The last scan stays, with its age, when this one fails.
    const update = result.ok
      ? { scan: result.value, scanError: null, appeared: this.#watched.appeared }
      : { scanError: result.error };
    const { busy, engine } = state.get();
    state.set({ ...(isDown(engine) ? {} : update), busy: { ...busy, scanning: false } });
    if (result.ok) this.#scheduleRetry(result.value);
    return result;
  }

  /** Scans again later if the engine did not respond about a container. */
  #scheduleRetry(last: ContainerScan): void {
    clearTimeout(this.#retryTimer);
    if (this.#isClosed) return;
    if (!last.containers.some(({ whyUnknown }) => whyUnknown !== undefined)) {
      this.#retryMs = retryAfterMs.first;
      return;
    }
    this.#retryTimer = setTimeout(() => {
      void this.scan();
    }, this.#retryMs);
    this.#retryMs = Math.min(this.#retryMs * 2, retryAfterMs.last);
  }
}
