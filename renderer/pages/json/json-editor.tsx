import { useEffect, useRef, type RefObject } from 'react';
import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  startCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { lintKeymap, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { highlightSelectionMatches, openSearchPanel, search, searchKeymap } from '@codemirror/search';
import { Annotation, Compartment, EditorState } from '@codemirror/state';
import {
  EditorView,
  drawSelection,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { Finding, KeyHelp } from '../../../shared/settings/index.ts';
import type { SettingsFormat } from '../../../shared/targets/capabilities.ts';
import { completeSettings, helpAt, hoverSettings, typingLimit, type AssistLabels } from './editor-assist.ts';
import { editorTheme } from './editor-theme.ts';
import { OffsetMap } from './offsets.ts';

/** A change that comes from the draft (undo, a form, a fix), not from typing here. */
const fromOutside = Annotation.define<boolean>();
/**
 * Handed on after this many ms without a key, so that reading, checking, comparing and drawing it never hold
 * up the next one; a large document later.
 */
const pauseMs = 100,
  largePauseMs = 400;
/** As many findings are drawn under the text; the list below it has them all. */
const maxDiagnostics = 500;

const severity = { error: 'error', warning: 'warning', note: 'info' } as const;

/** What the page may ask of the editor. */
export interface EditorHandle {
  search(): void;
  /** Hands on what was typed and not told yet; true if there was something. */ flush(): boolean;
}

export interface JsonEditorProps {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly findings: readonly Finding[];
  /** The text they were found in; may be behind. */
  readonly lintedText: string;
  readonly findingText: (finding: Finding) => string;
  /** Applies a finding's fix; undefined where nothing may be edited. */
  readonly onFix: ((finding: Finding) => void) | undefined;
  readonly fixLabel: (fix: NonNullable<Finding['fix']>) => string;
  readonly label: string;
  /** The id of the words that say how Tab leaves the editor. */
  readonly describedBy: string;
  readonly readOnly: boolean;
  readonly format: SettingsFormat;
  readonly labels: AssistLabels;
  readonly phrases: Readonly<Record<string, string>>;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
  /** The known key at the cursor, whenever that is another. */
  readonly onKey: (help: KeyHelp | null) => void;
  /** Offset to go to; a new object goes there again. */
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
    const step = (act: () => void) => () => {
      flush();
      act();
      return true;
    };
    const editor: EditorView = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: start.current.text,
        extensions: [
          // CodeMirror would turn every line end into LF; the document's own must survive.
          EditorState.lineSeparator.of(start.current.text.includes('\r\n') ? '\r\n' : '\n'),
          EditorView.clipboardInputFilter.of((pasted, state) =>
            pasted.replaceAll(/\r\n?|\n/g, state.lineBreak),
          ),
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
          editorTheme(),
          locked.current.of([]),
          accessibility.current.of([]),
          EditorView.contentAttributes.of({ 'aria-label': start.current.label, tabindex: '0' }),
          keymap.of([
            {
              key: 'Mod-z',
              run: step(() => {
                latest.current.onUndo();
              }),
            },
            {
              key: 'Mod-Shift-z',
              run: step(() => {
                latest.current.onRedo();
              }),
            },
            {
              key: 'Mod-y',
              run: step(() => {
                latest.current.onRedo();
              }),
            },
            // The window's own keys (review); not a new line. What was typed goes with them.
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
            // Tab leaves the editor after Esc, so that the keyboard is never caught; the page says so.
            indentWithTab,
            ...defaultKeymap,
          ]),
          // What is done elsewhere in the window is done to what was typed here.
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
    // What was typed meanwhile counts, as it does once it was handed on.
    if (handle.current?.flush() === true) return;
    // Only the middle that differs is replaced: cursor and folding stay.
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
      // Whoever takes a step back here sees what came back.
      ...(editor.hasFocus ? { selection: { anchor: at + insert.length }, scrollIntoView: true } : {}),
    });
  }, [text, handle]);

  const { findingText, onFix, fixLabel, lintedText } = props;
  useEffect(() => {
    const editor = view.current;
    if (editor === null || editor.state.sliceDoc() !== lintedText) return;
    const length = editor.state.doc.length;
    const map = new OffsetMap(lintedText, editor.state.lineBreak);
    const at = (offset: number) => Math.min(length, map.position(offset));
    const diagnostics = findings.slice(0, maxDiagnostics).map((finding): Diagnostic => ({
      from: at(finding.range.offset),
      to: at(finding.range.offset + finding.range.length),
      severity: severity[finding.severity],
      message: findingText(finding),
      ...(finding.fix === undefined || onFix === undefined
        ? {}
        : {
            actions: [
              {
                name: fixLabel(finding.fix),
                apply: () => {
                  onFix(finding);
                },
              },
            ],
          }),
    }));
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
