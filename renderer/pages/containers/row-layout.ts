import { narrow, stacked, tableColumnsFrom } from '../../theme/tokens.ts';

/**
 * How a row is laid out by the width of the page: in columns; the same with the reason in a line below them,
 * where its column would have room for a few words only; or with all cells below the name.
 */
export type RowLayout = 'columns' | 'reason-below' | 'stacked';

/** Minimum width of a page whose list has a column for the reason, px. */
export const reasonColumnFrom = 640;
/** Where the reason is in a line below the columns. */
export const reasonBelow =
  `@container page (min-width: ${tableColumnsFrom}px) ` + `and (max-width: ${reasonColumnFrom - 0.05}px)`;

/** Height of a row, px. */
export const rowHeights: Readonly<Record<RowLayout, number>> = {
  columns: 48,
  'reason-below': 72,
  stacked: 114,
};

/** Names of the cells' areas, where they do not follow each other in one line. */
const areas = {
  '& > :nth-of-type(1)': { gridArea: 'select' },
  '& > :nth-of-type(2)': { gridArea: 'expand' },
  '& > :nth-of-type(3)': { gridArea: 'name' },
  '& > :nth-of-type(4)': { gridArea: 'status' },
  '& > :nth-of-type(5)': { gridArea: 'protection' },
  '& > :nth-of-type(6)': { gridArea: 'reason' },
  '& > :nth-of-type(7)': { gridArea: 'more' },
} as const;

const grid = {
  display: 'grid',
  gridTemplateColumns: '30px 30px minmax(0, 1.1fr) 104px 128px minmax(0, 1.4fr) 32px',
  alignItems: 'center',
  padding: '0 16px',
  boxSizing: 'border-box',
  // More for the name, which would be cut after a few letters.
  [narrow]: { gridTemplateColumns: '30px 30px minmax(0, 1.6fr) 84px 116px minmax(0, 1.2fr) 32px' },
} as const;

/** The columns' heads. Where the reason is in a line below the name, its head is beside the name's. */
export const headGrid = {
  ...grid,
  [reasonBelow]: {
    ...areas,
    gridTemplateColumns: '30px 30px auto minmax(0, 1fr) 104px 128px 32px',
    gridTemplateAreas: '"select expand name reason status protection more"',
    '& > :nth-of-type(3)': { gridArea: 'name', marginRight: '16px' },
  },
  [stacked]: { display: 'flex', flexWrap: 'wrap', columnGap: '14px' },
} as const;

/** The cells of a row; in a narrow page all but the name are below it. */
export const rowGrid = {
  ...grid,
  [reasonBelow]: {
    ...areas,
    gridTemplateColumns: '30px 30px minmax(0, 1fr) 104px 128px 32px',
    gridTemplateRows: '46px 20px',
    gridTemplateAreas: `
      "select expand name status protection more"
      ". . reason reason reason reason"`,
  },
  [stacked]: {
    ...areas,
    gridTemplateColumns: '30px 30px auto minmax(0, 1fr) 32px',
    gridTemplateRows: '46px 20px 40px',
    gridTemplateAreas: `
      "select expand name name more"
      ". . protection status status"
      ". . reason reason reason"`,
    columnGap: 0,
    '& > :nth-of-type(4)': {
      gridArea: 'status',
      display: 'flex',
      alignItems: 'baseline',
      gap: '6px',
      padding: '0 0 0 12px',
    },
  },
} as const;
