import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { systemCode } from '../../shared/process/system-code.ts';
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
  /** Whether the engine's directory was ever there: one that was never started has none. */
  #rootSeen: boolean;

  constructor(target: Target, state: StateStore, draft: DraftSession, listeners: RefreshListeners) {
    this.#target = target;
    this.#state = state;
    this.#draft = draft;
    this.#listeners = listeners;
    this.#rootSeen = existsSync(target.paths.root);
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
    const now = await this.#withMissingRoot(await engineStatus(this.#target));
    // Facts about a product change with its engine, in particular an interrupted apply.
    const known = this.#state.get().target;
    const product = await this.#target.product().catch(() => null);
    this.#state.set({ engine: now, ...(product === null ? {} : { target: { ...known, product } }) });
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

  /** Adds that the engine's directory was there, and is gone. */
  async #withMissingRoot(status: EngineStatus): Promise<EngineStatus> {
    const { capabilities, paths } = this.#target;
    if (!capabilities.enforcedByGateway || status.missingRoot !== undefined) return status;
    const present = await isPresent(paths.root);
    if (present) this.#rootSeen = true;
    return present || !this.#rootSeen ? status : { ...status, missingRoot: paths.root };
  }
}

/** Whether there is such a directory, readable or not. */
const isPresent = (directory: string): Promise<boolean> =>
  stat(directory).then(
    () => true,
    (error: unknown) => systemCode(error) !== 'ENOENT',
  );

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
