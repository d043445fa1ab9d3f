import { progressAt, type EngineStep } from '../shared/engine-status/progress.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';
import type { ProcessIdentity } from '../shared/process/process-stat.ts';
import type { SupervisorState } from '../engine/targets/embedded/control-protocol.ts';
import { writeEngineState, type EngineState } from '../engine/targets/embedded/engine-state.ts';

/**
 * The supervisor's state: what is recorded on disk (DIR/engine-state.json), and the current step. Changes are
 * written in order, and reported to listeners once they are on disk.
 */
export class StateRecord {
  readonly #paths: RootPaths;
  readonly #log: (text: string) => void;
  readonly #listeners = new Set<(state: SupervisorState) => void>();
  #latest: SupervisorState;
  #written: Promise<void> = Promise.resolve();

  constructor(paths: RootPaths, self: ProcessIdentity, log: (text: string) => void) {
    this.#paths = paths;
    this.#log = log;
    this.#latest = {
      version: 1,
      supervisor: self,
      phase: 'starting',
      generation: 0,
      readyAt: null,
      eci: false,
      preparedRuntime: null,
      dockerd: null,
      gateway: null,
      planner: null,
      error: null,
      problem: null,
      crash: null,
      progress: null,
    };
  }

  /** The newest state; it may not be on disk yet. */
  get latest(): SupervisorState {
    return this.#latest;
  }

  /** Changes the recorded state. Resolves when that is on disk; a failed write is logged. */
  update(patch: Partial<EngineState>): Promise<void> {
    const progress =
      (patch.phase ?? this.#latest.phase) === this.#latest.phase ? this.#latest.progress : null;
    this.#latest = { ...this.#latest, ...patch, progress };
    const { progress: _progress, ...recorded } = this.#latest;
    return this.#publish(this.#latest, async () => {
      const written = await writeEngineState(this.#paths, recorded);
      if (!written.ok) this.#log(`${written.error.message}: ${written.error.reason ?? ''}`);
    });
  }

  /** Sets the current step. It is not written to disk: a step is relevant only while it lasts. */
  enterStep(step: EngineStep): void {
    this.#latest = { ...this.#latest, progress: progressAt(this.#latest.phase, step) };
    void this.#publish(this.#latest, () => Promise.resolve());
  }

  /** Resolves when every earlier change is on disk and reported. */
  flushed(): Promise<void> {
    return this.#written;
  }

  /** Calls `listener` with each later state. Returns how to unsubscribe. */
  onChange(listener: (state: SupervisorState) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** In order, and never two writers at once. */
  #publish(state: SupervisorState, write: () => Promise<void>): Promise<void> {
    this.#written = this.#written.then(write).then(() => {
      for (const listener of this.#listeners) listener(state);
    });
    return this.#written;
  }
}
