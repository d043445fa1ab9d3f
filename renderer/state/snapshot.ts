import type { IpcEvents } from '../../shared/ipc/contract.ts';
import type { IpcInput } from '../../shared/ipc/contract.ts';
import type { IpcOutput } from '../../shared/ipc/contract.ts';
import type { IpcRequest } from '../../shared/ipc/contract.ts';
import type { Result } from '../../shared/result.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import type { EngineLogLine } from '../../shared/engine-status/status.ts';
import type { ContainerChoices } from '../../shared/apply/plan.ts';
import type { AppError } from '../../shared/result.ts';

/** Changes in words, or line by line. */
export type ChangesMode = 'summary' | 'json';

/** What the window knows. Main owns the truth; the draft alone runs ahead of it while being typed. */
export interface Snapshot {
  /** Null until main answered the first time. */
  readonly app: AppState | null;
  /** Why there is no state at all. */
  readonly loadError: AppError | null;
  /** The draft as the person sees it; main may be some ms behind. */
  readonly draft: string;
  /** Why the last draft could not be kept, if so. */
  readonly draftError: AppError | null;
  /** How the last discard went; null once the draft was edited since. */
  readonly discarded: { readonly error: AppError | null } | null;
  readonly undo: readonly string[];
  readonly redo: readonly string[];
  /**
   * What the person chose for containers that exist already; goes into the plan, and goes with the change it
   * was chosen for.
   */
  readonly choices: ContainerChoices;
  /** How review and history show changes; as chosen last in this window. */
  readonly changesMode: ChangesMode;
  /** Log of the apply run, newest last, bounded. */
  readonly log: readonly EngineLogLine[];
}

export interface AppStore {
  subscribe(listener: () => void): () => void;
  get(): Snapshot;
  load(): Promise<void>;
  /** Listens to an event of main until the returned function is called. */
  on<E extends keyof IpcEvents>(event: E, listener: (payload: IpcEvents[E]) => void): () => void;
  /**
   * Sends a request. One about an engine is about the engine that is shown now; where another one is shown by
   * the time of the answer, that is `engine.changed`, whatever it was.
   */
  request<K extends IpcRequest>(name: K, input: IpcInput<K>): Promise<Result<IpcOutput<K>>>;
  /**
   * Makes `text` the draft, with undo. Main gets it at once, or, while one is on its way, the newest one
   * after that. What is typed in one go ('typing') is one step back.
   */
  setDraft(text: string, how?: 'typing'): void;
  /** A step back, or forward again; neither does anything while settings are locked. */
  undo(): void;
  redo(): void;
  /**
   * Sends what main does not know yet; resolves when it knows the draft as it is shown, or with why it does
   * not.
   */
  flush(): Promise<Result<void>>;
  /** Throws the draft away (undo brings it back). */
  discard(): Promise<Result<void>>;
  /** Opens another engine, once main knows the draft of this one. */
  switchTarget(id: string): Promise<Result<void>>;
  resolveConflict(keep: 'mine' | 'theirs'): Promise<Result<void>>;
  setChoices(choices: ContainerChoices): void;
  setChangesMode(mode: ChangesMode): void;
  painted(): void;
}
