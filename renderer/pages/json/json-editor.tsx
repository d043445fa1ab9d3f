import { useEffect, useRef, type RefObject } from 'react';
import { autocompletion } from '@codemirror/autocomplete';
import { setDiagnostics } from '@codemirror/lint';
import { openSearchPanel } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { Finding, KeyHelp } from '../../../shared/settings/index.ts';
import type { SettingsFormat } from '../../../shared/targets/capabilities.ts';
import { completeSettings, helpAt, hoverSettings, typingLimit, type AssistLabels } from './editor-assist.ts';
import { toDiagnostics } from './editor-diagnostics.ts';
import { baseExtensions, editorKeymap } from './editor-extensions.ts';
import { fromOutside, replaceDocument } from './replace-document.ts';
import { OffsetMap } from './offsets.ts';

/** The text is emitted so many ms after the last key, so that parsing and checks do not delay typing. */
const pauseMs = 100;
/** The same for a document longer than `typingLimit`. */
const largePauseMs = 400;
/** Commands of the editor for the page. */
export interface EditorHandle {
  search(): void;
  /** Emits a pending change at once; true if there was one. */
  flush(): boolean;
}

export interface JsonEditorProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly findings: readonly Finding[];
  /** The text that the findings refer to; may be older than `text`. */
  readonly lintedText: string;
  readonly findingText: (finding: Finding) => string;
  /** Applies a finding's fix; undefined where nothing may be edited. */
  readonly onFix: ((finding: Finding) => void) | undefined;
  readonly fixLabel: (fix: NonNullable<Finding['fix']>) => string;
  readonly label: string;
  /** The id of the hint how Tab leaves the editor. */
  readonly describedBy: string;
  readonly readOnly: boolean;
  readonly format: SettingsFormat;
  readonly labels: AssistLabels;
  readonly phrases: Readonly<Record<string, string>>;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
  /** Called with the known key at the cursor when it changes. */
  readonly onKey: (help: KeyHelp | null) => void;
  /** Offset to move to; a new object moves there again. */
  readonly cursor: { readonly offset: number } | null;
  readonly handle: RefObject<EditorHandle | null>;
}

/**
 * The draft as text, with findings under the places they concern. Undo is the draft's own, so that forms and
 * text share one history.
 */
export default function JsonEditor(props: JsonEditorProps) {
  const { text, findings, readOnly, describedBy, cursor, labels, phrases, handle, format } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const locked = useRef(new Compartment());
  const accessibility = useRef(new Compartment());
  const latest = useRef(props);
  latest.current = props;
  const start = useRef({ text, label: props.label });

  useEffect(() => {
    if (host.current === null) return;
    let waiting: ReturnType<typeof setTimeout> | undefined;
    let lastKey = '';
    const emitChange = (editor: EditorView) => {
      clearTimeout(waiting);
      waiting = undefined;
      latest.current.onChange(editor.state.sliceDoc());
    };
    const flush = (): boolean => {
      const open = waiting !== undefined;
      if (open) emitChange(editor);
      return open;
    };
    const editor: EditorView = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: start.current.text,
        extensions: [
          ...baseExtensions(start.current.text),
          locked.current.of([]),
          accessibility.current.of([]),
          EditorView.contentAttributes.of({ 'aria-label': start.current.label, tabindex: '0' }),
          editorKeymap({
            flush,
            onUndo: () => {
              latest.current.onUndo();
            },
            onRedo: () => {
              latest.current.onRedo();
            },
          }),
          // Actions elsewhere in the window must see what was typed here.
          EditorView.domEventHandlers({
            blur: () => {
              flush();
            },
          }),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((tr) => tr.annotation(fromOutside) === true)) {
              clearTimeout(waiting);
              waiting = setTimeout(
                () => {
                  emitChange(update.view);
                },
                update.state.doc.length <= typingLimit ? pauseMs : largePauseMs,
              );
            }
            if (update.docChanged || update.selectionSet) {
              const help = helpAt(update.view, update.state.selection.main.head);
              const key = help === null ? '' : `${help.pointer} ${help.from}`;
              if (key !== lastKey) {
                lastKey = key;
                latest.current.onKey(help);
              }
            }
          }),
        ],
      }),
    });
    view.current = editor;
    const own: EditorHandle = {
      search: () => {
        openSearchPanel(editor);
      },
      flush,
    };
    handle.current = own;
    return () => {
      flush();
      editor.destroy();
      view.current = null;
      if (handle.current === own) handle.current = null;
    };
  }, [handle]);

  useEffect(() => {
    view.current?.dispatch({
      effects: accessibility.current.reconfigure([
        EditorState.phrases.of(phrases),
        autocompletion({ override: [completeSettings(labels, format)], icons: false, defaultKeymap: false }),
        hoverSettings(labels),
      ]),
    });
  }, [labels, phrases, format]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const shown = editor.state.sliceDoc();
    if (shown === text) return;
    // A pending change has precedence, as it has once it is emitted.
    if (handle.current?.flush() === true) return;
    replaceDocument(editor, shown, text);
  }, [text, handle]);

  const { findingText, onFix, fixLabel, lintedText } = props;
  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.sliceDoc() !== lintedText) return;
    const diagnostics = toDiagnostics(editor.state, lintedText, findings, { findingText, onFix, fixLabel });
    editor.dispatch(setDiagnostics(editor.state, diagnostics));
  }, [findings, lintedText, text, findingText, onFix, fixLabel]);

  useEffect(() => {
    view.current?.dispatch({
      effects: locked.current.reconfigure(
        readOnly
          ? [
              EditorState.readOnly.of(true),
              EditorView.editable.of(false),
              EditorView.contentAttributes.of({ tabindex: '0', 'aria-readonly': 'true' }),
            ]
          : [EditorView.contentAttributes.of({ 'aria-describedby': describedBy })],
      ),
    });
  }, [readOnly, describedBy]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || cursor === null) return;
    const anchor = Math.min(
      editor.state.doc.length,
      new OffsetMap(editor.state.sliceDoc(), editor.state.lineBreak).position(cursor.offset),
    );
    editor.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    editor.focus();
  }, [cursor]);

  return <div ref={host} style={{ height: '100%', minHeight: 0 }} />;
}
