/** Colours of the light theme. */
export const lightTokens = {
  shell: '#F3F4F6',
  bg: '#FFFFFF',
  subtle: '#F7F8FA',
  card: '#FFFFFF',
  text: '#14181F',
  text2: '#474F5C',
  text3: '#606876',
  border: '#E0E3E8',
  borderStrong: '#C7CCD4',
  control: '#858D9A',
  accent: '#2559D0',
  accentHover: '#1E4CB5',
  accentText: '#2152C4',
  accentSoft: '#EAF0FD',
  edited: '#F6F8FE',
  ok: '#14713F',
  okSoft: '#E5F4EB',
  warn: '#8A5700',
  warnSoft: '#FDF2DA',
  danger: '#B3261E',
  dangerSoft: '#FCEBE9',
  neutral: '#545D6B',
  neutralSoft: '#EEF0F3',
  navSelected: '#E3E6EB',
  navHover: '#EAECEF',
  hover: '#F3F4F6',
  segment: '#EEF0F3',
  segmentOn: '#FFFFFF',
  track: '#EEF0F3',
  switchOff: '#7C8491',
  chartOk: '#2E9E63',
  chartDanger: '#D2483F',
  chartBar: '#8E9DBA',
  scrim: 'rgba(20, 24, 31, 0.38)',
  shadow: 'rgba(20, 24, 31, 0.18)',
} as const;

export type TokenName = keyof typeof lightTokens;

export const darkTokens: Record<TokenName, string> = {
  shell: '#101215',
  bg: '#17191D',
  subtle: '#1D2025',
  card: '#1D2025',
  text: '#ECEEF2',
  text2: '#B3BAC5',
  text3: '#969EAB',
  border: '#2B2F36',
  borderStrong: '#444A54',
  control: '#737C8A',
  accent: '#3A6AE0',
  accentHover: '#3260D2',
  accentText: '#8FB0FF',
  accentSoft: '#1C2842',
  edited: '#1B2130',
  ok: '#66CF9A',
  okSoft: '#16291F',
  warn: '#EBB957',
  warnSoft: '#2E2512',
  danger: '#FF948B',
  dangerSoft: '#341C1B',
  neutral: '#A3ABB8',
  neutralSoft: '#262A31',
  navSelected: '#262A31',
  navHover: '#1A1D22',
  hover: '#23272D',
  segment: '#17191D',
  segmentOn: '#30353D',
  track: '#262A31',
  switchOff: '#737C8A',
  chartOk: '#4DB884',
  chartDanger: '#E5695F',
  chartBar: '#5F7093',
  scrim: 'rgba(0, 0, 0, 0.55)',
  shadow: 'rgba(0, 0, 0, 0.5)',
};

/**
 * Each token as a CSS variable reference: one stylesheet for both schemes, nothing re-renders when the scheme
 * changes.
 */
export const color = Object.fromEntries(
  Object.keys(lightTokens).map((name) => [name, `var(--bh-palette-tokens-${name})`]),
) as Record<TokenName, string>; // keys are exactly those of lightTokens

/** A state's meaning; always shown with an icon and a text. */
export type Tone = 'ok' | 'warn' | 'danger' | 'neutral' | 'accent';
export const toneText: Record<Tone, string> = {
  ok: color.ok,
  warn: color.warn,
  danger: color.danger,
  neutral: color.neutral,
  accent: color.accentText,
};
export const toneSoft: Record<Tone, string> = {
  ok: color.okSoft,
  warn: color.warnSoft,
  danger: color.dangerSoft,
  neutral: color.neutralSoft,
  accent: color.accentSoft,
};

export const fontBody =
  "'Inter Variable', Inter, system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif";
export const fontMono =
  "'JetBrains Mono', ui-monospace, 'Noto Sans Mono CJK SC', 'PingFang SC', 'Microsoft YaHei', monospace";

/** Heights and widths of the window's parts, px. */
export const size = {
  titleBar: 40,
  navigation: 216,
  footer: 56,
  cardHead: 40,
  tableHead: 32,
  pagePadding: 32,
  scrollbar: 12,
  radiusControl: 6,
  radiusCard: 8,
  radiusPanel: 10,
} as const;
/**
 * Narrower than any window at 100 %: a window zoomed to 200 %. The navigation shows icons only, and content
 * with a scrollbar of its own scrolls with the page.
 */
export const narrow = '@media (max-width: 799.95px)';
/** Where a dialog is too narrow for the columns of a table. */
export const small = '@media (max-width: 559.95px)';
export const low = '@media (max-height: 519.95px)';
/** Windows up to the smallest one at 100 %: a long list scrolls with its page. */
export const lowForLists = '@media (max-height: 639.95px)';
/** Scrolls by itself from this height on, px or CSS; in a low window, with what is around it. */
export const scrollsFrom = (maxHeight: number | string, lowWindow: typeof low | typeof lowForLists = low) =>
  ({ maxHeight, overflow: 'auto', [lowWindow]: { maxHeight: 'none', overflow: 'visible' } }) as const;
/** As the class `visually-hidden`, for a condition. */
export const visuallyHidden = {
  position: 'absolute',
  width: '1px',
  height: '1px',
  margin: '-1px',
  padding: 0,
  overflow: 'hidden',
  clipPath: 'inset(50%)',
  whiteSpace: 'nowrap',
  border: 0,
} as const;
/** Minimum width of a page with two columns, px. */
export const twoColumnsFrom = 759;
/**
 * Where the right column moves under the left: in a window narrower than 1040 px, or beside a side panel that
 * leaves the page less width.
 */
export const oneColumn = `@container page (max-width: ${twoColumnsFrom - 0.05}px)`;
/** Minimum width of a page whose tables have columns, px. */
export const tableColumnsFrom = 480;
/** Where a table is too narrow for columns: the cells of a row are below each other. */
export const stacked = `@container page (max-width: ${tableColumnsFrom - 0.05}px)`;
