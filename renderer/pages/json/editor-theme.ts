import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { color, fontBody, fontMono } from '../../theme/tokens.ts';

const control = {
  border: `1px solid ${color.control}`,
  borderRadius: '6px',
  background: color.card,
  color: color.text,
  font: `13px ${fontBody}`,
  height: '28px',
  padding: '0 8px',
  boxSizing: 'border-box',
} as const;

const theme = EditorView.theme({
  '&': { height: '100%', fontSize: '12px', backgroundColor: color.card, color: color.text },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: fontMono, lineHeight: '20px', fontVariantLigatures: 'none' },
  '.cm-gutters': {
    backgroundColor: color.subtle,
    color: color.text3,
    borderRight: `1px solid ${color.border}`,
  },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: color.edited },
  '.cm-cursor': { borderLeftColor: color.text },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: `${color.accentSoft} !important`,
  },
  '&.cm-focused .cm-matchingBracket': {
    backgroundColor: color.accentSoft,
    outline: `1px solid ${color.accentText}`,
  },
  '.cm-selectionMatch': { backgroundColor: color.neutralSoft },
  '.cm-searchMatch': { backgroundColor: color.warnSoft, outline: `1px solid ${color.warn}` },
  '.cm-searchMatch-selected': { backgroundColor: color.accentSoft, outline: `2px solid ${color.accentText}` },
  '.cm-tooltip': {
    backgroundColor: color.card,
    border: `1px solid ${color.border}`,
    borderRadius: '6px',
    color: color.text,
    boxShadow: `0 8px 24px ${color.shadow}`,
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: fontMono, maxHeight: '240px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '3px 8px', lineHeight: '18px' },
  '.cm-tooltip-autocomplete ul li[aria-selected]': { background: color.accentSoft, color: color.text },
  '.cm-completionDetail': {
    color: color.text3,
    fontStyle: 'normal',
    fontFamily: fontBody,
    marginLeft: '12px',
  },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: 600, color: color.accentText },
  '.cm-completionInfo': { maxWidth: '360px', padding: 0 },
  '.cm-snippetField': { backgroundColor: color.accentSoft },
  '.bh-key-help': {
    maxWidth: '400px',
    padding: '8px 12px',
    fontFamily: fontBody,
    fontSize: '12px',
    lineHeight: '16px',
  },
  '.bh-key-pointer': {
    fontFamily: fontMono,
    color: color.text3,
    overflowWrap: 'anywhere',
    marginBottom: '4px',
  },
  '.bh-key-about': { color: color.text },
  '.bh-key-fact': { color: color.text2, marginTop: '4px' },
  '.cm-tooltip .cm-tooltip-section:not(:first-child)': { borderTop: `1px solid ${color.border}` },
  '.cm-tooltip-lint': { maxWidth: '480px' },
  '.cm-diagnostic': {
    padding: '8px 12px',
    fontFamily: fontBody,
    fontSize: '12px',
    lineHeight: '16px',
    whiteSpace: 'pre-line',
  },
  '.cm-diagnostic-error': { borderLeftColor: color.danger },
  '.cm-diagnostic-warning': { borderLeftColor: color.warn },
  '.cm-diagnostic-info': { borderLeftColor: color.neutral },
  '.cm-diagnosticAction': {
    font: `500 12px ${fontBody}`,
    backgroundColor: color.accent,
    color: '#FFFFFF',
    borderRadius: '6px',
    padding: '3px 10px',
    margin: '6px 0 0',
    display: 'block',
  },
  // CodeMirror uses data: images for these, which the window's policy refuses.
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: `underline wavy ${color.danger}`,
    textDecorationSkipInk: 'none',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: `underline wavy ${color.warn}`,
    textDecorationSkipInk: 'none',
  },
  '.cm-lintRange-info': {
    backgroundImage: 'none',
    textDecoration: `underline dotted ${color.neutral}`,
    textDecorationSkipInk: 'none',
  },
  '.cm-lintPoint::after': { borderBottomColor: color.danger },
  '.cm-foldPlaceholder': { backgroundColor: color.neutralSoft, border: 'none', color: color.text3 },
  '.cm-panels': { backgroundColor: color.subtle, color: color.text, fontFamily: fontBody },
  '.cm-panels-top': { borderBottom: `1px solid ${color.border}` },
  '.cm-panel.cm-search, .cm-panel.cm-gotoLine': { padding: '5px 40px 5px 12px', fontSize: '13px' },
  '.cm-panel.cm-search > :not([name=close]):not(br)': { margin: '3px 8px 3px 0', verticalAlign: 'middle' },
  '.cm-panel.cm-search label': {
    fontSize: '12px',
    display: 'inline-flex',
    alignItems: 'center',
    gap: '4px',
    color: color.text2,
  },
  '.cm-panel .cm-textfield': { ...control, minWidth: '180px' },
  '.cm-panel .cm-button': {
    ...control,
    border: `1px solid ${color.borderStrong}`,
    backgroundImage: 'none',
    fontWeight: 500,
  },
  '.cm-panel .cm-button:active': { backgroundImage: 'none', background: color.hover },
  '.cm-panel.cm-search [name=close], .cm-panel.cm-gotoLine [name=close]': {
    color: color.text2,
    fontSize: '18px',
    width: '28px',
    height: '28px',
    top: '8px',
    right: '8px',
  },
  '.cm-panel :focus-visible': { outline: `2px solid ${color.accentText}`, outlineOffset: '1px' },
});

const highlightStyle = HighlightStyle.define([
  { tag: tags.propertyName, color: color.accentText },
  { tag: tags.string, color: color.ok },
  { tag: tags.number, color: color.warn },
  { tag: [tags.bool, tags.null], color: color.warn },
  { tag: [tags.punctuation, tags.brace, tags.squareBracket, tags.separator], color: color.text2 },
]);

/** The window's policy allows inline style elements only with the page's nonce. */
const styleNonce = (): string =>
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';

/** CodeMirror's theme with the window's fonts and colours, within its content security policy. */
export const editorTheme = (): Extension => [
  theme,
  syntaxHighlighting(highlightStyle),
  EditorView.cspNonce.of(styleNonce()),
];
