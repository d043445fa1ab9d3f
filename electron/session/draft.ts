import { sha256 } from '../../engine/base/files.ts';
import type { SettingsState } from '../../shared/ipc/app-state.ts';
import { fail, ok, type AppError, type Result } from '../../shared/result.ts';
import { message } from '../../shared/messages/message.ts';
import type { StoredDraft } from './preferences.ts';

/** The part of the target's settings store that a draft needs. */
export interface DraftStore {
  read(): Promise<SettingsState>;
  setDraft(text: string): Promise<Result<SettingsState, AppError>>;
  discardDraft(): Promise<Result<SettingsState, AppError>>;
  resolveConflict(keep: 'mine' | 'theirs'): Promise<Result<SettingsState, AppError>>;
}

/** Where a draft is stored when its place next to the settings file can't be written. */
export interface FallbackDraftStore {
  get(): StoredDraft | null;
  set(draft: StoredDraft | null): void;
}

/**
 * The settings for the window. An edit is effective at once, also for concurrent readers, and is written in
 * order; of several waiting edits only the newest is. Only the text editor debounces. A draft
 * that can't be stored next to the file is stored in the user's own store.
 */
export class DraftSession {
  #home: DraftStore;
  #fallback: FallbackDraftStore;
  #onState: (state: SettingsState) => void;
  #mayRollBack: () => boolean;
  #last: SettingsState | null = null;
  /** An unwritten edit, and the applied text it is based on. */
  #pending: StoredDraft | null = null;
  /** Reads and writes are serialized: an old result never overtakes a new one. */
  #queue: Promise<unknown> = Promise.resolve();

  /** `mayRollBack`: an apply is in progress, so the file's current content may be rolled back. */
  constructor(
    home: DraftStore,
    fallback: FallbackDraftStore,
    onState: (state: SettingsState) => void,
    mayRollBack: () => boolean = () => false,
  ) {
    this.#home = home;
    this.#fallback = fallback;
    this.#onState = onState;
    this.#mayRollBack = mayRollBack;
  }

  /** Reads file and draft again. */
  refresh(): Promise<SettingsState> {
    return this.#serial(async () => this.#adopt(await this.#home.read()));
  }

  /** Makes `text` the draft; resolves with the state once it is written. */
  async edit(text: string): Promise<SettingsState> {
    const current = this.#last ?? (await this.refresh());
    // The base is that of the draft it continues; only the first edit starts from the applied text.
    this.#pending = {
      text,
      base: this.#pending?.base ?? (current.draft === current.applied ? current.applied : current.base),
    };
    return this.flush();
  }

  /**
   * Waits for edits that are being written (before a plan, an apply, and at quit); resolves with the state.
   */
  flush(): Promise<SettingsState> {
    return this.#serial(async () => {
      const writing = this.#pending;
      const now = await this.#home.read();
      if (writing === null) return this.#adopt(now);
      // The store would base it on the current file: a file that changed since the edit began must stay a
      // conflict.
      const changedOnDisk =
        now.draft === now.applied && writing.base !== now.applied && writing.text !== now.applied;
      const written = changedOnDisk ? null : await this.#home.setDraft(writing.text);
      this.#fallback.set(written?.ok === true || writing.text === now.applied ? null : writing);
      // A newer edit may have arrived meanwhile: it keeps waiting.
      if (this.#pending === writing) this.#pending = null;
      return this.#adopt(written?.ok === true ? written.value : now);
    });
  }

  /**
   * The draft, if it still is the text with that hash: another program may have written it since it was read.
   */
  async reviewed(hash: string): Promise<Result<string, AppError>> {
    const { draft } = await this.flush();
    return sha256(draft) === hash
      ? ok(draft)
      : fail('settings.draft-changed', message('app.plan-outdated'), {
          hint: message('app.read-current-plan'),
        });
  }

  async discard(): Promise<Result<SettingsState, AppError>> {
    return this.#replaceDraft(() => this.#home.discardDraft());
  }

  async resolve(keep: 'mine' | 'theirs'): Promise<Result<SettingsState, AppError>> {
    if (keep === 'theirs') return this.#replaceDraft(() => this.#home.discardDraft());
    await this.flush();
    return this.#serial(async () => {
      const stored = this.#fallback.get();
      if (stored !== null) {
        const current = await this.#home.read();
        const moved = await this.#home.setDraft(stored.text);
        this.#fallback.set(moved.ok ? null : { text: stored.text, base: current.applied });
        return ok(this.#adopt(moved.ok ? moved.value : current));
      }
      const result = await this.#home.resolveConflict('mine');
      return result.ok ? ok(this.#adopt(result.value)) : result;
    });
  }

  #replaceDraft(
    act: () => Promise<Result<SettingsState, AppError>>,
  ): Promise<Result<SettingsState, AppError>> {
    return this.#serial(async () => {
      this.#pending = null;
      const inFallback = this.#fallback.get() !== null;
      this.#fallback.set(null);
      const result = await act();
      if (result.ok) return ok(this.#adopt(result.value));
      // If nothing is stored next to the file there was nothing to discard: the fallback was the draft.
      return inFallback ? ok(this.#adopt(await this.#home.read())) : result;
    });
  }

  #serial<T>(act: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(act, act);
    this.#queue = next.catch(() => undefined);
    return next;
  }

  #adopt(state: SettingsState): SettingsState {
    let stored = this.#fallback.get();
    // Applied since, or undone in the file: nothing is left to store.
    if (stored !== null && stored.text === state.applied) {
      if (!this.#mayRollBack()) this.#fallback.set(null);
      stored = null;
    }
    this.#last = stored === null ? state : overlay(state, stored.text, stored.base);
    return this.#emit();
  }

  #emit(): SettingsState {
    const last = this.#last;
    if (last === null) throw new Error('a draft was published before the settings were read');
    const displayed = this.#pending === null ? last : overlay(last, this.#pending.text, this.#pending.base);
    this.#onState(displayed);
    return displayed;
  }
}

/** `state` with another draft on it. */
function overlay(state: SettingsState, draft: string, base: string): SettingsState {
  const edited = draft !== state.applied;
  return { ...state, draft, base: edited ? base : state.applied, conflict: edited && base !== state.applied };
}
