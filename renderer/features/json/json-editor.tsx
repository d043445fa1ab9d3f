import { useEffect, useRef } from 'react';
import { json } from '@codemirror/lang-json';
import { HighlightStyle, bracketMatching, foldGutter, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { Annotation, Compartment, EditorState } from '@codemirror/state';
import { EditorView, drawSelection, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers } from '@codemirror/view';
import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { tags } from '@lezer/highlight';
import { color, fontMono } from '../../theme/tokens.ts';
import type { Finding } from '../../../shared/settings/findings.ts';
import { told } from '../../i18n/told.ts';

/** A change that comes from the draft (undo, a form), not from typing here. */
const fromOutside = Annotation.define<boolean>();

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '12px', backgroundColor: color.card, color: color.text },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: fontMono, lineHeight: '20px', fontVariantLigatures: 'none' },
  '.cm-gutters': { backgroundColor: color.subtle, color: color.text3, borderRight: `1px solid ${color.border}` },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: color.edited },
  '.cm-cursor': { borderLeftColor: color.text },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': { backgroundColor: `${color.accentSoft} !important` },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: color.accentSoft, outline: `1px solid ${color.accentText}` },
  '.cm-tooltip': { backgroundColor: color.card, border: `1px solid ${color.border}`, borderRadius: '6px', color: color.text },
  '.cm-diagnostic': { padding: '6px 10px', fontFamily: 'inherit' },
  '.cm-diagnosticAction': { backgroundColor: color.accent, color: '#FFFFFF', borderRadius: '4px' },
  // CodeMirror draws these as data: images, which the window's policy refuses.
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: `underline wavy ${color.danger}`, textDecorationSkipInk: 'none' },
  '.cm-lintRange-warning': { backgroundImage: 'none', textDecoration: `underline wavy ${color.warn}`, textDecorationSkipInk: 'none' },
  '.cm-lintRange-info': { backgroundImage: 'none', textDecoration: `underline dotted ${color.neutral}`, textDecorationSkipInk: 'none' },
  '.cm-lintPoint::after': { borderBottomColor: color.danger },
  '.cm-foldPlaceholder': { backgroundColor: color.neutralSoft, border: 'none', color: color.text3 },
});

const words = HighlightStyle.define([
  { tag: tags.propertyName, color: color.accentText },
  { tag: tags.string, color: color.ok },
  { tag: tags.number, color: color.warn },
  { tag: [tags.bool, tags.null], color: color.warn },
  { tag: [tags.punctuation, tags.brace, tags.squareBracket, tags.separator], color: color.text2 },
]);

/** The window's policy takes style elements with text only under the page's nonce. */
const styleNonce = (): string => document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

const severity = { error: 'error', warning: 'warning', note: 'info' } as const;

/** The draft as text, with findings under the places they concern. Undo is the draft's own, so that forms and text share one history. */
export default function JsonEditor({ text, onChange, findings, label, readOnly, onUndo, onRedo, cursor }: {
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly findings: readonly Finding[];
  readonly label: string;
  readonly readOnly: boolean;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
  /** Offset to go to; a new object goes there again. */
  readonly cursor: { readonly offset: number } | null;
}) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const locked = useRef(new Compartment());
  const latest = useRef({ onChange, onUndo, onRedo });
  latest.current = { onChange, onUndo, onRedo };
  const start = useRef({ text, label });

  useEffect(() => {
    if (host.current === null) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({
        doc: start.current.text,
        extensions: [
          // CodeMirror would turn every line end into LF; the document's own must survive.
          EditorState.lineSeparator.of(start.current.text.includes('\r\n') ? '\r\n' : '\n'),
          lineNumbers(), foldGutter(), drawSelection(), highlightActiveLine(), highlightActiveLineGutter(), bracketMatching(), indentOnInput(), indentUnit.of('  '),
          json(), syntaxHighlighting(words), look, locked.current.of([]),
          EditorView.cspNonce.of(styleNonce()),
          EditorView.contentAttributes.of({ 'aria-label': start.current.label }),
          keymap.of([
            { key: 'Mod-z', run: () => { latest.current.onUndo(); return true; } },
            { key: 'Mod-Shift-z', run: () => { latest.current.onRedo(); return true; } },
            { key: 'Mod-y', run: () => { latest.current.onRedo(); return true; } },
            // Tab leaves the editor after Esc, so that the keyboard is never caught.
            indentWithTab, ...defaultKeymap,
          ]),
          EditorView.updateListener.of((update) => {
            if (update.docChanged && !update.transactions.some((tr) => tr.annotation(fromOutside) === true)) latest.current.onChange(update.state.sliceDoc());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => { editor.destroy(); view.current = null; };
  }, []);

  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const shown = editor.state.sliceDoc();
    if (shown === text) return;
    // Only the middle that differs is replaced: cursor and folding stay.
    let from = 0;
    while (from < shown.length && from < text.length && shown[from] === text[from]) from++;
    let tail = 0;
    while (tail < shown.length - from && tail < text.length - from && shown[shown.length - 1 - tail] === text[text.length - 1 - tail]) tail++;
    const separator = editor.state.lineBreak;
    const at = (offset: number) => toPosition(shown, offset, separator);
    editor.dispatch({ changes: { from: at(from), to: at(shown.length - tail), insert: editor.state.toText(text.slice(from, text.length - tail)) }, annotations: fromOutside.of(true) });
  }, [text]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null) return;
    const length = editor.state.doc.length;
    const separator = editor.state.lineBreak;
    const at = (offset: number) => Math.min(length, toPosition(text, offset, separator));
    const diagnostics = findings.map((finding): Diagnostic => ({
      from: at(finding.range.offset), to: at(finding.range.offset + finding.range.length), severity: severity[finding.severity], message: told(finding.message),
    }));
    editor.dispatch(setDiagnostics(editor.state, diagnostics));
  }, [findings, text]);

  useEffect(() => {
    view.current?.dispatch({ effects: locked.current.reconfigure(readOnly ? [EditorState.readOnly.of(true), EditorView.editable.of(false)] : []) });
  }, [readOnly]);

  useEffect(() => {
    const editor = view.current;
    if (editor === null || cursor === null) return;
    const anchor = Math.min(editor.state.doc.length, toPosition(editor.state.sliceDoc(), cursor.offset, editor.state.lineBreak));
    editor.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    editor.focus();
  }, [cursor]);

  return <div ref={host} style={{ height: '100%', minHeight: 0 }} />;
}

/** CodeMirror counts a line end as one character whatever it is; our offsets count UTF-16 units of the text. */
function toPosition(text: string, offset: number, separator: string): number {
  if (separator.length === 1) return offset;
  let ends = 0;
  for (let index = text.indexOf(separator); index !== -1 && index < offset; index = text.indexOf(separator, index + separator.length)) ends++;
  return offset - ends * (separator.length - 1);
}
