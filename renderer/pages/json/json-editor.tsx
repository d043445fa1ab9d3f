import { useEffect, useRef, type RefObject } from 'react';
import { autocompletion } from '@codemirror/autocomplete';
import { setDiagnostics } from '@codemirror/lint';
import { Compartment, EditorState } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import type { Finding } from '../../../shared/settings/index.ts';
import type { SettingsFormat } from '../../../shared/targets/capabilities.ts';
import { completeSettings, hoverSettings, type AssistLabels } from './editor-assist.ts';
import { createEditor, type EditorEvents, type EditorHandle } from './create-editor.ts';
import { toDiagnostics } from './editor-diagnostics.ts';
import { replaceDocument } from './replace-document.ts';
import { OffsetMap } from './offsets.ts';

export interface JsonEditorProps extends EditorEvents {
  readonly text: string;
  readonly findings: readonly Finding[];
  /** The text that the findings refer to; may be older than `text`. */
  readonly lintedText: string;
  readonly findingText: (finding: Finding) => string;
  /** Applies a finding's fix; undefined if nothing can be edited. */
  readonly onFix: ((finding: Finding) => void) | undefined;
  readonly fixLabel: (fix: NonNullable<Finding['fix']>) => string;
  readonly label: string;
  /** Id of the hint that explains how Tab leaves the editor. */
  readonly describedBy: string;
  readonly readOnly: boolean;
  readonly format: SettingsFormat;
  readonly labels: AssistLabels;
  readonly phrases: Readonly<Record<string, string>>;
  /** Offset to move to; a new object moves there again. */
  readonly cursor: { readonly offset: number } | null;
  readonly handle: RefObject<EditorHandle | null>;
}

/**
 * The draft as text, with underlined findings. Undo is the draft's own, so that forms and text share one
 * history.
 */
export default function JsonEditor(props: JsonEditorProps) {
  const { text, readOnly, describedBy, labels, phrases, handle, format } = props;
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const locked = useRef(new Compartment());
  const accessibility = useRef(new Compartment());
  const latest = useRef(props);
  latest.current = props;
  const start = useRef({ text, label: props.label });

  useEffect(() => {
    if (host.current === null) return;
    const { editor, handle: own } = createEditor(
      host.current,
      start.current,
      [locked.current, accessibility.current],
      {
        onChange: (next) => {
          latest.current.onChange(next);
        },
        onKey: (help) => {
          latest.current.onKey(help);
        },
        onUndo: () => {
          latest.current.onUndo();
        },
        onRedo: () => {
          latest.current.onRedo();
        },
      },
    );
    view.current = editor;
    handle.current = own;
    return () => {
      own.flush();
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
    // A pending change takes precedence, as it does once it is emitted.
    if (handle.current?.flush() === true) return;
    replaceDocument(editor, shown, text);
  }, [text, handle]);

  useDiagnostics(view, props);

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

  useCursor(view, props.cursor);

  return <div ref={host} style={{ height: '100%', minHeight: 0 }} />;
}

/** Underlines the findings, once the editor has the text that they refer to. */
function useDiagnostics(
  view: RefObject<EditorView | null>,
  { text, findings, findingText, onFix, fixLabel, lintedText }: JsonEditorProps,
): void {
  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.sliceDoc() !== lintedText) return;
    const diagnostics = toDiagnostics(editor.state, lintedText, findings, { findingText, onFix, fixLabel });
    editor.dispatch(setDiagnostics(editor.state, diagnostics));
  }, [view, findings, lintedText, text, findingText, onFix, fixLabel]);
}

function useCursor(view: RefObject<EditorView | null>, cursor: JsonEditorProps['cursor']): void {
  useEffect(() => {
    const editor = view.current;
    if (editor === null || cursor === null) return;
    const anchor = Math.min(
      editor.state.doc.length,
      new OffsetMap(editor.state.sliceDoc(), editor.state.lineBreak).position(cursor.offset),
    );
    editor.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    editor.focus();
  }, [view, cursor]);
}
