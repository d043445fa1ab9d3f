import type { IpcEvents, IpcInput, IpcOutput, IpcRequest } from '../../shared/ipc/contract.ts';
import type { Result, AppError } from '../../shared/result.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import type { EngineLogLine } from '../../shared/engine-status/status.ts';
import type { ContainerChoices } from '../../shared/apply/plan.ts';

/** Changes as sentences, or line by line. */
export type ChangesMode = 'summary' | 'json';

/** State of the window: a copy of main's, and the draft, which may be ahead of main's while typing. */
export interface Snapshot {
  /** Null until main's first response. */
  readonly app: AppState | null;
  /** Why there is no state. */
  readonly loadError: AppError | null;
  /** The draft as shown; main's may be some ms behind. */
  readonly draft: string;
  /** Why the last draft could not be saved, if so. */
  readonly draftError: AppError | null;
  /** Result of the last discard; null once the draft was edited since. */
  readonly discarded: { readonly error: AppError | null } | null;
  readonly undo: readonly string[];
  readonly redo: readonly string[];
  /**
   * The user's choices for existing containers; part of the plan, and discarded with the change that they
   * belong to.
   */
  readonly choices: ContainerChoices;
  /** How review and history show changes; as last selected in this window. */
  readonly changesMode: ChangesMode;
  /** Log of the apply run, newest last, bounded. */
  readonly log: readonly EngineLogLine[];
}

export interface AppStore {
  subscribe(listener: () => void): () => void;
  get(): Snapshot;
  load(): Promise<void>;
  /** Subscribes to an event of main; returns the function that unsubscribes. */
  on<E extends keyof IpcEvents>(event: E, listener: (payload: IpcEvents[E]) => void): () => void;
  /**
   * Sends a request. One about an engine is about the engine that is open now; resolves with `engine.changed`
   * if another engine is open when the response arrives.
   */
  request<K extends IpcRequest>(name: K, input: IpcInput<K>): Promise<Result<IpcOutput<K>>>;
  /**
   * Replaces the draft by `text`, with undo. Main gets it at once, or the newest one after a request in
   * flight. Continuous typing ('typing') is one undo step.
   */
  setDraft(text: string, how?: 'typing'): void;
  /** Undo and redo; neither does anything while settings are locked. */
  undo(): void;
  redo(): void;
  /**
   * Sends the draft if main does not have it yet; resolves when it has the shown draft, or with the error.
   */
  flush(): Promise<Result<void>>;
  /** Discards the draft; undo restores it. */
  discard(): Promise<Result<void>>;
  /** Opens another engine, once main has the draft of this one. */
  switchTarget(id: string): Promise<Result<void>>;
  resolveConflict(keep: 'mine' | 'theirs'): Promise<Result<void>>;
  setChoices(choices: ContainerChoices): void;
  setChangesMode(mode: ChangesMode): void;
  painted(): void;
}
