import { Annotation } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import { OffsetMap } from './offsets.ts';

/** Marks a change from the draft (undo, a form, a fix), not from typing in the editor. */
export const fromOutside = Annotation.define<boolean>();

/** Replaces the editor's document `shown` by `text`, in one change of the differing middle. */
export function replaceDocument(editor: EditorView, shown: string, text: string): void {
  // Cursor and folding outside of the middle are kept.
  let from = 0;
  while (from < shown.length && from < text.length && shown[from] === text[from]) from++;
  let tail = 0;
  while (
    tail < shown.length - from &&
    tail < text.length - from &&
    shown[shown.length - 1 - tail] === text[text.length - 1 - tail]
  )
    tail++;
  const map = new OffsetMap(shown, editor.state.lineBreak);
  const insert = editor.state.toText(text.slice(from, text.length - tail));
  const at = map.position(from);
  editor.dispatch({
    changes: { from: at, to: map.position(shown.length - tail), insert },
    annotations: fromOutside.of(true),
    // After an undo in the editor, the restored text is scrolled into view.
    ...(editor.hasFocus ? { selection: { anchor: at + insert.length }, scrollIntoView: true } : {}),
  });
}
