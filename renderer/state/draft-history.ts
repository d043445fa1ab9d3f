import { lockOf } from './lock.ts';
import type { AppStore, Snapshot } from './snapshot.ts';
import type { SnapshotHolder } from './snapshot-holder.ts';

/** Maximum number of undo steps. */
export const undoDepth = 200;
/** Key presses closer together than the first are one undo step, up to the duration of the second. */
const typingPauseMs = 800,
  maxTypingDelayMs = 5000;

/** Edits of the draft, each an undo step. */
export interface DraftHistory extends Pick<AppStore, 'setDraft' | 'undo' | 'redo'> {
  /** Starts a new undo step with the next edit. */
  endStep(): void;
}

/** `show` replaces the shown draft. */
export function createDraftHistory(
  { get }: SnapshotHolder,
  show: (draft: string, stacks: Pick<Snapshot, 'undo' | 'redo'>) => void,
): DraftHistory {
  /** The undo step that typing still extends. */
  let typing: { readonly first: number; readonly last: number } | null = null;
  const locked = () => {
    const { app } = get();
    return app !== null && lockOf(app) !== null;
  };
  return {
    setDraft(text, how) {
      const { draft, undo } = get();
      if (text === draft) return;
      const now = Date.now();
      const joins =
        how === 'typing' &&
        typing !== null &&
        undo.length > 0 &&
        now - typing.last < typingPauseMs &&
        now - typing.first < maxTypingDelayMs;
      typing = how === 'typing' ? { first: joins ? (typing?.first ?? now) : now, last: now } : null;
      show(text, { undo: joins ? undo : [...undo, draft].slice(-undoDepth), redo: [] });
    },
    undo() {
      typing = null;
      const { draft, undo, redo } = get();
      const text = locked() ? undefined : undo.at(-1);
      if (text !== undefined) show(text, { undo: undo.slice(0, -1), redo: [...redo, draft] });
    },
    redo() {
      typing = null;
      const { draft, undo, redo } = get();
      const text = locked() ? undefined : redo.at(-1);
      if (text !== undefined) show(text, { undo: [...undo, draft], redo: redo.slice(0, -1) });
    },
    endStep() {
      typing = null;
    },
  };
}
