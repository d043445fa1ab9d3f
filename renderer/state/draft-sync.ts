import type { AppState } from '../../shared/ipc/app-state.ts';
import type { Result } from '../../shared/result.ts';
import { engineChanged, type EngineRequests } from './engine-requests.ts';
import type { Snapshot } from './snapshot.ts';
import type { SnapshotHolder } from './snapshot-holder.ts';
import { undoDepth } from './draft-history.ts';

const done: Result<void> = { ok: true, value: undefined };

/** Keeps main's draft equal to the shown one. */
export interface DraftSync {
  /** True while the shown draft is ahead of the one that main confirmed. */
  isAhead(): boolean;
  /** Shows a draft, and sends it to main. */
  show(draft: string, stacks: Pick<Snapshot, 'undo' | 'redo'>): void;
  flush(): Promise<Result<void>>;
  /** Sends the draft, then a request that replaces the settings; undo restores a draft that it replaced. */
  replaceSettings(
    request: (engine: string | null) => Promise<Result<AppState['settings']>>,
  ): Promise<Result<void>>;
  /** Drops the state of the previous engine. */
  reset(): void;
}

/** `adopt` takes over main's settings. */
export function createDraftSync(
  holder: SnapshotHolder,
  { currentEngine, send: sendRequest }: EngineRequests,
  adopt: (settings: AppState['settings']) => void,
): DraftSync {
  let ahead = false;
  /** The request that sends the draft; at most one is in flight. */
  let sending: Promise<Result<void>> | null = null;

  /** Sends the shown draft, and again if it was edited meanwhile. */
  const sendDraft = async (): Promise<Result<void>> => {
    const engine = currentEngine();
    for (;;) {
      const text = holder.get().draft;
      const result = await sendRequest('settings:set-draft', { text }, engine);
      if (currentEngine() !== engine) return engineChanged();
      if (holder.get().draft !== text) continue;
      if (!result.ok) {
        holder.set({ draftError: result.error });
        return result;
      }
      ahead = false;
      holder.set({ draftError: null });
      adopt(result.value);
      return done;
    }
  };

  const send = (): Promise<Result<void>> => {
    if (sending !== null) return sending;
    const current = sendDraft().finally(() => {
      if (sending === current) sending = null;
    });
    sending = current;
    return current;
  };

  return {
    isAhead: () => ahead,
    show(draft, stacks) {
      ahead = true;
      holder.set({ draft, ...stacks, discarded: null });
      void send();
    },
    flush: () => (ahead ? send() : Promise.resolve(done)),
    async replaceSettings(request) {
      const engine = currentEngine();
      if (ahead) await send();
      const before = holder.get().draft;
      const result = await request(engine);
      if (!result.ok) return result;
      ahead = false;
      holder.set({
        draftError: null,
        ...(result.value.draft === before
          ? {}
          : { undo: [...holder.get().undo, before].slice(-undoDepth), redo: [] }),
      });
      adopt(result.value);
      return done;
    },
    reset() {
      sending = null;
      ahead = false;
    },
  };
}
