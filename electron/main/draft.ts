import type { SettingsState } from '../../shared/ipc/contract.ts';
import type { AppError, Result } from '../../shared/result.ts';
import { ok } from '../../shared/result.ts';
import type { KeptDraft } from './preferences.ts';

/** The part of the target's settings store that a draft needs. */
export interface DraftHome {
  read(): Promise<SettingsState>;
  setDraft(text: string): Promise<Result<SettingsState, AppError>>;
  discardDraft(): Promise<Result<SettingsState, AppError>>;
  resolveConflict(keep: 'mine' | 'theirs'): Promise<Result<SettingsState, AppError>>;
}

/** Where a draft goes when its place beside the settings file can't be written. */
export interface DraftRefuge { get(): KeptDraft | null; set(draft: KeptDraft | null): void }

/** Keystrokes become one write after this many ms of quiet. */
const quietMs = 250;

/**
 * The settings as the window sees them. An edit counts at once and is written a moment later; `flush` writes what is waiting
 * (before a plan, an apply, and at quit). A draft that can't be kept beside the file is kept in the user's own store.
 */
export class DraftSession {
  #home: DraftHome;
  #refuge: DraftRefuge;
  #onState: (state: SettingsState) => void;
  #last: SettingsState | null = null;
  #pending: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  /** Reads and writes happen one after the other: an old answer never overtakes a new one. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(home: DraftHome, refuge: DraftRefuge, onState: (state: SettingsState) => void) {
    this.#home = home;
    this.#refuge = refuge;
    this.#onState = onState;
  }

  /** Reads file and draft again. */
  refresh(): Promise<SettingsState> {
    return this.#serial(async () => this.#take(await this.#home.read()));
  }

  /** Takes `text` as the draft. */
  async edit(text: string): Promise<SettingsState> {
    if (this.#last === null) await this.refresh();
    this.#pending = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { void this.flush(); }, quietMs);
    return this.#publish();
  }

  /** Writes a waiting edit; resolves with the state as it is then. */
  flush(): Promise<SettingsState> {
    clearTimeout(this.#timer);
    return this.#serial(async () => {
      const text = this.#pending;
      if (text === null) return this.#last ?? this.#take(await this.#home.read());
      const written = await this.#home.setDraft(text);
      if (written.ok) {
        this.#refuge.set(null);
      } else {
        const applied = (this.#last ?? await this.#home.read());
        this.#refuge.set(text === applied.applied ? null : { text, base: applied.conflict ? applied.base : applied.applied });
      }
      // A newer edit may have come in meanwhile: it stays waiting.
      if (this.#pending === text) this.#pending = null;
      return this.#take(written.ok ? written.value : await this.#home.read());
    });
  }

  async discard(): Promise<Result<SettingsState, AppError>> {
    return this.#settle(() => this.#home.discardDraft());
  }

  async resolve(keep: 'mine' | 'theirs'): Promise<Result<SettingsState, AppError>> {
    if (keep === 'theirs') return this.#settle(() => this.#home.discardDraft());
    await this.flush();
    return this.#serial(async () => {
      const kept = this.#refuge.get();
      if (kept !== null) {
        const current = await this.#home.read();
        this.#refuge.set({ text: kept.text, base: current.applied });
        return ok(this.#take(current));
      }
      const result = await this.#home.resolveConflict('mine');
      return result.ok ? ok(this.#take(result.value)) : result;
    });
  }

  #settle(act: () => Promise<Result<SettingsState, AppError>>): Promise<Result<SettingsState, AppError>> {
    clearTimeout(this.#timer);
    return this.#serial(async () => {
      this.#pending = null;
      const inRefuge = this.#refuge.get() !== null;
      this.#refuge.set(null);
      const result = await act();
      if (result.ok) return ok(this.#take(result.value));
      // Where nothing is kept beside the file there was nothing to discard: the refuge was the draft.
      return inRefuge ? ok(this.#take(await this.#home.read())) : result;
    });
  }

  #serial<T>(act: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(act, act);
    this.#queue = next.catch(() => undefined);
    return next;
  }

  #take(state: SettingsState): SettingsState {
    let kept = this.#refuge.get();
    // Applied since, or undone in the file: nothing is left to keep.
    if (kept !== null && kept.text === state.applied) { this.#refuge.set(null); kept = null; }
    this.#last = kept === null ? state : overlay(state, kept.text, kept.base);
    return this.#publish();
  }

  #publish(): SettingsState {
    const last = this.#last;
    if (last === null) throw new Error('a draft was published before the settings were read');
    const shown = this.#pending === null ? last : overlay(last, this.#pending, last.draft === last.applied ? last.applied : last.base);
    this.#onState(shown);
    return shown;
  }
}

/** `state` with another draft on it. */
function overlay(state: SettingsState, draft: string, base: string): SettingsState {
  const edited = draft !== state.applied;
  return { ...state, draft, base: edited ? base : state.applied, conflict: edited && base !== state.applied };
}
