import { openSearchPanel } from '@codemirror/search';
import { EditorState, type Compartment } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { KeyHelp } from '../../../shared/settings/index.ts';
import { helpAt, typingLimit } from './editor-assist.ts';
import { baseExtensions, editorKeymap } from './editor-extensions.ts';
import { fromOutside } from './replace-document.ts';

/**
 * The text is emitted this many ms after the last key press, so that parsing and checks do not delay typing.
 */
const pauseMs = 100;
/** The same for a document longer than `typingLimit`. */
const largePauseMs = 400;
/** Commands of the editor for the page. */
export interface EditorHandle {
  search(): void;
  /** Emits a pending change at once; true if there was one. */
  flush(): boolean;
}

/** What an editor reports. */
export interface EditorEvents {
  readonly onChange: (text: string) => void;
  /** Called with the known key at the cursor when it changes. */
  readonly onKey: (help: KeyHelp | null) => void;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
}

/** Creates an editor in `parent`. `compartments` are empty, for later configuration. */
export function createEditor(
  parent: HTMLElement,
  { text, label }: { readonly text: string; readonly label: string },
  compartments: readonly Compartment[],
  events: EditorEvents,
): { readonly editor: EditorView; readonly handle: EditorHandle } {
  const pending = pendingChange(events.onChange);
  const flush = (): boolean => pending.flush(editor);
  const editor: EditorView = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        ...baseExtensions(text),
        ...compartments.map((compartment) => compartment.of([])),
        EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
        editorKeymap({ flush, onUndo: events.onUndo, onRedo: events.onRedo }),
        // Actions elsewhere in the window must have the typed text.
        EditorView.domEventHandlers({
          blur: () => {
            flush();
          },
        }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged && !update.transactions.some((tr) => tr.annotation(fromOutside) === true))
            pending.begin(update.view);
        }),
        keyListener(events.onKey),
      ],
    }),
  });
  return {
    editor,
    handle: {
      search: () => {
        openSearchPanel(editor);
      },
      flush,
    },
  };
}

/** The change that is not emitted yet. */
function pendingChange(onChange: (text: string) => void) {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const emit = (editor: EditorView) => {
    clearTimeout(waiting);
    waiting = undefined;
    onChange(editor.state.sliceDoc());
  };
  return {
    begin: (editor: EditorView) => {
      clearTimeout(waiting);
      waiting = setTimeout(
        () => {
          emit(editor);
        },
        editor.state.doc.length <= typingLimit ? pauseMs : largePauseMs,
      );
    },
    /** Emits it at once; true if there was one. */
    flush: (editor: EditorView): boolean => {
      const open = waiting !== undefined;
      if (open) emit(editor);
      return open;
    },
  };
}

/** Reports the key at the cursor when it changes. */
function keyListener(onKey: EditorEvents['onKey']) {
  let lastKey = '';
  return EditorView.updateListener.of((update) => {
    if (!update.docChanged && !update.selectionSet) return;
    const help = helpAt(update.view, update.state.selection.main.head);
    const key = help === null ? '' : `${help.pointer} ${help.from}`;
    if (key === lastKey) return;
    lastKey = key;
    onKey(help);
  });
}
