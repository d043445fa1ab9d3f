import { useEffect, useRef, type ReactNode, type RefObject } from 'react';
import Box from '@mui/material/Box';
import Typography from '@mui/material/Typography';
import { useFocusLinkedSetting } from './linked-setting.ts';
import { color, low, narrow, oneColumn, size } from '../theme/tokens.ts';

/** Padding at the sides of a page, and of the elements above and below it, px. */
const sides = { wide: size.pagePadding, medium: 24, narrow: 16 } as const;
const medium = '@media (max-width: 959.95px)';
const pageSides = {
  paddingInline: `${sides.wide}px`,
  [medium]: { paddingInline: `${sides.medium}px` },
  [narrow]: { paddingInline: `${sides.narrow}px` },
} as const;
/** Padding of a notice above the page. */
export const noticeAbovePage = { paddingTop: '12px', ...pageSides } as const;

/** A page: its header, its padded content, and a footer of its own if it needs one. */
export function Page({
  title,
  subtitle,
  actions,
  children,
  leading,
  footer,
  panel,
  fill = false,
}: {
  readonly title: ReactNode;
  readonly subtitle?: ReactNode;
  readonly actions?: ReactNode;
  readonly leading?: ReactNode;
  readonly footer?: ReactNode;
  /** A SidePanel beside the page. */
  readonly panel?: ReactNode;
  /** The content takes the remaining height and scrolls by itself (long lists, logs). */
  readonly fill?: boolean;
  readonly children: ReactNode;
}) {
  const heading = useFocusOnNavigation();
  useFocusLinkedSetting();
  return (
    <Box sx={{ display: 'flex', flexDirection: 'column', height: '100%', minHeight: 0 }}>
      <Box sx={{ flex: 1, minHeight: 0, display: 'flex', position: 'relative' }}>
        <Box
          data-scroll
          sx={{
            containerType: 'inline-size',
            containerName: 'page',
            flex: 1,
            minWidth: 0,
            minHeight: 0,
            overflow: 'auto',
            display: fill ? 'flex' : 'block',
            flexDirection: 'column',
            // What stays in view while the page scrolls begins above this padding.
            '--page-top': '24px',
            paddingBlock: '24px',
            paddingLeft: `${sides.wide}px`,
            // Low windows: the page scrolls, and filling content keeps a minimum height. Lists of rows keep
            // theirs in every window (`leastHeight`). Never the height of all rows: all would be rendered.
            ...(fill
              ? { [low]: { '& > :last-child': { minHeight: 280, maxHeight: '100%', flexShrink: 0 } } }
              : {}),
            // Reserves the scrollbar's width within the padding, so that content does not shift.
            scrollbarGutter: 'stable',
            paddingRight: `${sides.wide - size.scrollbar}px`,
            [medium]: { paddingInline: `${sides.medium}px ${sides.medium - size.scrollbar}px` },
            [narrow]: {
              '--page-top': `${sides.narrow}px`,
              padding: `${sides.narrow}px`,
              paddingRight: `${sides.narrow - size.scrollbar}px`,
            },
          }}
        >
          <PageHeader
            heading={heading}
            title={title}
            subtitle={subtitle}
            actions={actions}
            leading={leading}
          />
          {children}
        </Box>
        {panel}
      </Box>
      {footer}
    </Box>
  );
}

/**
 * Moves the focus to the page's title after navigation, so that screen readers announce the page; not on
 * first load.
 */
function useFocusOnNavigation() {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (document.body.dataset['navigated'] === 'true') heading.current?.focus({ preventScroll: true });
    document.body.dataset['navigated'] = 'true';
  }, []);
  return heading;
}

function PageHeader({
  heading,
  title,
  subtitle,
  actions,
  leading,
}: Pick<Parameters<typeof Page>[0], 'title' | 'subtitle' | 'actions' | 'leading'> & {
  readonly heading: RefObject<HTMLHeadingElement | null>;
}) {
  const hasSubtitle = subtitle !== undefined && subtitle !== '';
  return (
    <Box
      component="header"
      sx={{
        display: 'flex',
        alignItems: 'flex-start',
        gap: 2,
        marginBottom: leading === undefined ? 2 : 3,
        flexShrink: 0,
        [narrow]: { flexWrap: 'wrap' },
        ...(leading === undefined ? {} : { '@container page (max-width: 680px)': { flexWrap: 'wrap' } }),
      }}
    >
      {leading}
      <Box
        sx={{
          flex: 1,
          minWidth: 0,
          // A title alone is beside the middle of what leads it.
          ...(leading !== undefined && !hasSubtitle ? { alignSelf: 'center' } : {}),
          [narrow]: { minWidth: 280 },
          ...(leading === undefined
            ? {}
            : { '@container page (max-width: 680px)': { minWidth: 'calc(100% - 80px)' } }),
        }}
      >
        <Typography variant="h1" ref={heading} tabIndex={-1} sx={{ color: color.text }}>
          {title}
        </Typography>
        {hasSubtitle && (
          <Typography
            sx={{ color: color.text2, marginTop: leading === undefined ? '2px' : 0, maxWidth: 800 }}
          >
            {subtitle}
          </Typography>
        )}
      </Box>
      {actions !== undefined && (
        <Box
          sx={{
            display: 'flex',
            alignItems: 'center',
            gap: 1,
            flexShrink: 0,
            // Without a line and a gap of its own.
            '&:empty': { display: 'none' },
            // The words of a button without an outline end where the page does, and begin there in a line of
            // their own.
            '& > .MuiButton-text:last-child': { marginRight: '-12px' },
            [narrow]: {
              // No wider than the page's padding, past which the page would scroll sideways.
              '& > .MuiButton-text:last-child': {
                marginRight: `${size.scrollbar - sides.narrow}px`,
                paddingRight: `${sides.narrow - size.scrollbar}px`,
              },
              ...(leading === undefined ? { '& > .MuiButton-text:not(* + *)': { marginLeft: '-12px' } } : {}),
            },
            alignSelf: leading === undefined ? 'flex-start' : 'center',
            ...(leading === undefined
              ? {}
              : { '@container page (max-width: 680px)': { marginLeft: '52px' } }),
          }}
        >
          {actions}
        </Box>
      )}
    </Box>
  );
}

/** A text between the buttons of a footer; in a narrow window below them, where it has the whole width. */
export const footerNote = {
  flex: 1,
  minWidth: 0,
  [narrow]: { flexBasis: '100%', padding: 0, margin: 0, order: 1, lineHeight: '16px', fontSize: 12 },
} as const;

/** The bar at the bottom of the sheet. */
export function FooterBar({ children, label }: { readonly children: ReactNode; readonly label: string }) {
  return (
    <Box
      component="section"
      aria-label={label}
      data-region="footer"
      tabIndex={-1}
      sx={{
        flexShrink: 0,
        minHeight: size.footer,
        boxSizing: 'border-box',
        display: 'flex',
        alignItems: 'center',
        gap: 1,
        paddingBlock: '8px',
        ...pageSides,
        borderTop: `1px solid ${color.border}`,
        background: color.subtle,
        '& > .MuiButton-text:not(* + *)': { marginLeft: '-12px' },
        [narrow]: { ...pageSides[narrow], flexWrap: 'wrap', rowGap: '4px' },
        // Leaves more of a low window to the page.
        [low]: { minHeight: 40, paddingBlock: '5px', rowGap: '2px', '& .MuiButton-root': { height: 28 } },
      }}
    >
      {children}
    </Box>
  );
}

/** Main column and a narrower right one that moves under it in narrow windows. */
export function Columns({
  main,
  side,
  sideWidth = 304,
}: {
  readonly main: ReactNode;
  readonly side: ReactNode;
  readonly sideWidth?: number | string;
}) {
  return (
    <Box
      sx={{
        display: 'grid',
        gridTemplateColumns: `minmax(0, 1fr) ${typeof sideWidth === 'number' ? `${sideWidth}px` : sideWidth}`,
        gap: 2,
        alignItems: 'start',
        [oneColumn]: { gridTemplateColumns: 'minmax(0, 1fr)' },
      }}
    >
      <Box sx={{ display: 'grid', gap: 2, minWidth: 0, gridTemplateColumns: 'minmax(0, 1fr)' }}>{main}</Box>
      <Box sx={{ display: 'grid', gap: 2, minWidth: 0, gridTemplateColumns: 'minmax(0, 1fr)' }}>{side}</Box>
    </Box>
  );
}
