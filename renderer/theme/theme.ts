import { createTheme } from '@mui/material/styles';
import { color, darkTokens, fontBody, fontMono, lightTokens, size, type TokenName } from './tokens.ts';
import { componentOverrides } from './component-overrides.ts';

declare module '@mui/material/styles' {
  interface Palette {
    tokens: Record<TokenName, string>;
  }
  interface PaletteOptions {
    tokens?: Record<TokenName, string>;
  }
}

const palette = (t: Record<TokenName, string>) => ({
  tokens: { ...t },
  primary: { main: t.accent, dark: t.accentHover, contrastText: '#FFFFFF' },
  error: { main: t.danger, contrastText: t.bg },
  warning: { main: t.warn, contrastText: t.bg },
  success: { main: t.ok, contrastText: t.bg },
  background: { default: t.shell, paper: t.bg },
  text: { primary: t.text, secondary: t.text2, disabled: t.text3 },
  divider: t.border,
});

/** Light and dark as two sets of CSS variables; the attribute on <html> selects one. */
export const theme = createTheme({
  cssVariables: { cssVarPrefix: 'bh', colorSchemeSelector: 'data' },
  colorSchemes: { light: { palette: palette(lightTokens) }, dark: { palette: palette(darkTokens) } },
  shape: { borderRadius: size.radiusControl },
  spacing: 8,
  typography: {
    fontFamily: fontBody,
    fontSize: 13,
    htmlFontSize: 16,
    h1: { fontSize: 20, lineHeight: '28px', fontWeight: 600, letterSpacing: '-0.01em' },
    h2: { letterSpacing: 0, fontSize: 16, lineHeight: '24px', fontWeight: 600 },
    h3: { letterSpacing: 0, fontSize: 14, lineHeight: '20px', fontWeight: 600 },
    body1: { letterSpacing: 0, fontSize: 13, lineHeight: '20px' },
    body2: { letterSpacing: 0, fontSize: 13, lineHeight: '20px' },
    caption: { letterSpacing: 0, fontSize: 12, lineHeight: '16px' },
    button: { letterSpacing: 0, fontSize: 13, lineHeight: '20px', fontWeight: 500, textTransform: 'none' },
  },
  transitions: {
    duration: {
      shortest: 80,
      shorter: 80,
      short: 120,
      standard: 120,
      complex: 120,
      enteringScreen: 120,
      leavingScreen: 80,
    },
    easing: { easeInOut: 'ease-out', easeOut: 'ease-out', easeIn: 'ease-out', sharp: 'ease-out' },
  },
  components: componentOverrides,
});

/** Rules for the whole document: focus ring, ligatures off, motion, forced colours. */
export const globalStyles = {
  'html, body, #root': { height: '100%' },
  body: {
    margin: 0,
    background: color.shell,
    color: color.text,
    fontFamily: fontBody,
    fontSize: 13,
    lineHeight: '20px',
    fontFeatureSettings: "'tnum' 0",
    overflow: 'hidden',
    userSelect: 'none' as const,
    WebkitFontSmoothing: 'antialiased',
    // Glyphs at their own widths, not rounded to pixels: otherwise Inter's letters are unevenly spaced at 13
    // px.
    textRendering: 'geometricPrecision' as const,
    // No last line of one short word, or of one Chinese character: evenly long lines where the browser has
    // no `pretty` (before Chromium 117).
    textWrap: ['balance', 'pretty'],
  },
  // Text that is being edited does not wrap differently because of what follows.
  '.cm-editor, textarea': { textWrap: 'wrap' as const },
  // Controls do not inherit these by themselves.
  'button, input, textarea, select': { font: 'inherit', textRendering: 'inherit' as const },
  'code, kbd, pre, .mono': {
    fontFamily: fontMono,
    fontVariantLigatures: 'none',
    fontFeatureSettings: "'liga' 0, 'calt' 0",
  },
  '.selectable, code, pre': { userSelect: 'text' as const },
  ':focus-visible': { outline: `2px solid ${color.accentText}`, outlineOffset: 2 },
  '[data-pointed]': { outline: `2px solid ${color.accentText}`, outlineOffset: -2 },
  '[data-row][data-pointed], tr[data-pointed]': { background: `${color.accentSoft} !important` },
  'main:focus, [data-region]:focus, h1:focus': { outline: 'none' },
  a: { color: color.accentText },
  '::-webkit-scrollbar': { width: size.scrollbar, height: size.scrollbar },
  '::-webkit-scrollbar-thumb': {
    background: color.borderStrong,
    border: '3px solid transparent',
    backgroundClip: 'content-box',
    borderRadius: 6,
    minHeight: 32,
  },
  '::-webkit-scrollbar-thumb:hover': { background: color.control, backgroundClip: 'content-box' },
  '::-webkit-scrollbar-corner': { background: 'transparent' },
  '::selection': { background: color.accentSoft },
  '@media (prefers-reduced-motion: reduce)': {
    '*, *::before, *::after': {
      animationDuration: '0.01ms !important',
      animationIterationCount: '1 !important',
      transitionDuration: '0.01ms !important',
    },
  },
  '.visually-hidden': {
    position: 'absolute' as const,
    width: 1,
    height: 1,
    margin: -1,
    padding: 0,
    overflow: 'hidden',
    clip: 'rect(0 0 0 0)',
    whiteSpace: 'nowrap' as const,
    border: 0,
  },
};
