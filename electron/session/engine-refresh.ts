import type { EngineStatus } from '../../shared/engine-status/status.ts';
import type { Target } from '../../engine/target.ts';
import type { StateStore } from './app-state.ts';
import { coalesce } from './coalesce.ts';
import type { DraftSession } from './draft.ts';
import { unknownEngine } from './unknown-engine.ts';

export interface RefreshListeners {
  /** Containers may have changed with the engine. */
  readonly scanSoon: () => void;
  /** The engine was seen to be ready. */
  readonly onReady: () => void;
}

/** Reads the engine's status, and what depends on it, into the state. */
export class EngineRefresh {
  readonly #target: Target;
  readonly #state: StateStore;
  readonly #draft: DraftSession;
  readonly #listeners: RefreshListeners;
  readonly #refreshOnce = coalesce(() => this.#read());

  constructor(target: Target, state: StateStore, draft: DraftSession, listeners: RefreshListeners) {
    this.#target = target;
    this.#state = state;
    this.#draft = draft;
    this.#listeners = listeners;
  }

  refresh(): Promise<EngineStatus> {
    return this.#refreshOnce();
  }

  /** The last reports about the backends; when they can't be read, the state is unchanged. */
  readBackends(): Promise<void> {
    return this.#target.backendReports().then(
      (backends) => {
        this.#state.set({ backends });
      },
      () => undefined,
    );
  }

  async #read(): Promise<EngineStatus> {
    const before = this.#state.get().engine;
    const now = await engineStatus(this.#target);
    // Facts about Docker Desktop change with it, in particular an interrupted apply.
    const known = this.#state.get().target;
    const desktop = await this.#target.desktop().catch(() => null);
    this.#state.set({ engine: now, ...(desktop === null ? {} : { target: { ...known, desktop } }) });
    // A gateway that has ended enforces nothing of what it has recorded.
    if (before.phase !== now.phase || before.gatewayUp !== now.gatewayUp) void this.#draft.refresh();
    if (now.phase !== 'ready') return now;
    if (before.phase !== 'ready' || before.generation !== now.generation) {
      this.#listeners.scanSoon();
      // A starting engine tests what isolation needs, and records the result for users who can't.
      void this.readBackends();
    }
    this.#listeners.onReady();
    return now;
  }
}

/** The engine's status; an unreadable one is `failed` with the reason, never shown as healthy. */
export async function engineStatus(target: Target): Promise<EngineStatus> {
  try {
    return await target.driver.status();
  } catch (error) {
    return unknownEngine(
      target.paths,
      target.driver.kind,
      error instanceof Error ? error.message : String(error),
    );
  }
}
