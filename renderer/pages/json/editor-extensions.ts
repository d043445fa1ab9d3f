import {
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { lintKeymap } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { EditorState, type Extension } from '@codemirror/state';
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
  tooltips,
} from '@codemirror/view';
import { editorTheme } from './editor-theme.ts';

/** Extensions that never change while the editor is open. `text`: the document, for its line separator. */
export function baseExtensions(text: string): readonly Extension[] {
  return [
    // CodeMirror would turn every line separator into LF; the document's own is retained.
    EditorState.lineSeparator.of(text.includes('\r\n') ? '\r\n' : '\n'),
    EditorView.clipboardInputFilter.of((pasted, state) => pasted.replaceAll(/\r\n?|\n/g, state.lineBreak)),
    lineNumbers(),
    foldGutter(),
    drawSelection(),
    highlightActiveLine(),
    highlightActiveLineGutter(),
    bracketMatching(),
    closeBrackets(),
    indentOnInput(),
    indentUnit.of('  '),
    highlightSelectionMatches({ minSelectionLength: 2 }),
    search({ top: true }),
    json(),
    // The page is a container of container queries, to which fixed positions inside of it would be relative.
    tooltips({ parent: document.body }),
    editorTheme(),
  ];
}

/**
 * Keys of the editor. Undo and redo are the draft's own. `flush` emits a pending change before a key of the
 * window acts on the draft.
 */
export function editorKeymap({
  flush,
  onUndo,
  onRedo,
}: {
  readonly flush: () => boolean;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
}): Extension {
  const step = (act: () => void) => () => {
    flush();
    act();
    return true;
  };
  return keymap.of([
    {
      key: 'Mod-z',
      run: step(() => {
        onUndo();
      }),
    },
    {
      key: 'Mod-Shift-z',
      run: step(() => {
        onRedo();
      }),
    },
    {
      key: 'Mod-y',
      run: step(() => {
        onRedo();
      }),
    },
    // Shortcuts of the window (review): they insert no line break, and act on the typed text.
    {
      key: 'Mod-Enter',
      run: () => {
        flush();
        return true;
      },
    },
    {
      key: 'Mod-s',
      run: () => {
        flush();
        return true;
      },
    },
    { key: 'Mod-i', run: startCompletion },
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...searchKeymap,
    ...foldKeymap,
    ...lintKeymap,
    // Tab leaves the editor after Esc, so that the keyboard is not trapped; the page shows that.
    indentWithTab,
    ...defaultKeymap,
  ]);
}
