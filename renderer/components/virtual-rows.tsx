import { useEffect, useLayoutEffect, useRef, useState, type ReactNode, type RefObject } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import Box from '@mui/material/Box';
import { color, size } from '../theme/tokens.ts';
import { distanceFromTop, findScroller } from './find-scroller.ts';

/** Shorter lists are rendered whole: simpler for screen readers. 100 rows take a third of a second. */
export const virtualizeAbove = 40;
/** Rows rendered beyond the visible ones, on both sides. */
const overscan = 4;
/** Assumed height of the list before layout, px. */
const assumedHeight = 560;

export interface VirtualRowsHandle {
  /** Scrolls a row into view. */ scrollTo(index: number): void;
}

/** Minimum height of a list in a page, px: below it, the page scrolls instead. */
const keptHeight = 360;
/** Height of a list's header with its borders, px. */
const headHeight = size.tableHead + 2;

/**
 * The least height of a list with its header: that of its rows, at most `keptHeight`, not beyond the page.
 */
export function leastHeight(count: number, heightOf: (index: number) => number): string {
  let height = headHeight;
  for (let index = 0; index < count && height < keptHeight; index += 1) height += heightOf(index);
  return `min(${Math.min(height, keptHeight)}px, 100%)`;
}

/** Frame of a list with its header, which stays in view also where the page scrolls. */
export const listFrame = (withinScroller: boolean) =>
  ({
    background: color.card,
    border: `1px solid ${color.border}`,
    borderRadius: `${size.radiusCard}px`,
    // What is clipped scrolls with what is around it; what is hidden would be an area of its own.
    overflow: withinScroller ? 'clip' : 'hidden',
    display: 'flex',
    flexDirection: 'column',
    '& > [role="row"]': { position: 'sticky', top: 'calc(-1 * var(--page-top, 0px))', zIndex: 1 },
    '& [role="presentation"]:last-child > [role="row"]': { borderBottomColor: 'transparent' },
  }) as const;

/**
 * Rows of known heights, virtualized if there are more than `virtualizeAbove`. Scrolls by itself, or
 * `withinScroller` with what scrolls around it. `heightOf` must return the exact height. Callers set roles,
 * labels and aria-rowindex.
 */
export function VirtualRows({
  count,
  heightOf,
  render,
  handle,
  withinScroller = false,
  rowKey,
}: {
  readonly count: number;
  readonly heightOf: (index: number) => number;
  readonly render: (index: number) => ReactNode;
  readonly rowKey: (index: number) => string;
  readonly handle?: RefObject<VirtualRowsHandle | null>;
  readonly withinScroller?: boolean;
}) {
  const box = useRef<HTMLDivElement>(null);
  const [scrollMargin, setScrollMargin] = useState(0);
  const scroller = () => (withinScroller && box.current !== null ? findScroller(box.current) : box.current);
  const windowed = count > virtualizeAbove;
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: scroller,
    estimateSize: heightOf,
    getItemKey: rowKey,
    overscan,
    scrollMargin,
    // Covered by the header, which stays.
    scrollPaddingStart: withinScroller ? headHeight : 0,
    initialRect: { width: 0, height: assumedHeight },
  });
  // Sizes are cached until the observer reports a change.
  useLayoutEffect(() => {
    virtualizer.measure();
  }, [virtualizer, heightOf]);
  // After every render: what is above the list may have changed. It is set only if it has.
  // eslint-disable-next-line react-hooks/exhaustive-deps -- no dependency says that something has moved
  useLayoutEffect(() => {
    if (box.current === null) return;
    const margin = withinScroller ? distanceFromTop(box.current, findScroller(box.current)) : 0;
    setScrollMargin((before) => (Math.abs(before - margin) < 1 ? before : margin));
  });
  const total = virtualizer.getTotalSize();

  useScrollbarWidth(box, total);

  useEffect(() => {
    if (handle === undefined) return;
    handle.current = {
      scrollTo(index) {
        virtualizer.scrollToIndex(index, { align: 'auto' });
      },
    };
  }, [handle, virtualizer]);

  const inView = windowed ? virtualizer.getVirtualItems() : [];
  const before = inView[0] === undefined ? undefined : inView[0].start - scrollMargin;
  const indexes = windowed
    ? inView.map(({ index }) => index)
    : Array.from({ length: count }, (_, index) => index);
  return (
    <Box
      ref={box}
      role="presentation"
      sx={{
        ...(withinScroller ? {} : { overflow: 'auto', flex: '0 1 auto', minHeight: 0 }),
        overflowAnchor: 'none',
      }}
    >
      <Box
        role="presentation"
        style={{ height: windowed ? total : undefined, paddingTop: before }}
        sx={{ boxSizing: 'border-box' }}
      >
        {indexes.map((index) => (
          <Box key={rowKey(index)} role="presentation">
            {render(index)}
          </Box>
        ))}
      </Box>
    </Box>
  );
}

/**
 * Sets the width of the rows' scrollbar as a CSS variable, which the header above them reserves. `total`:
 * height of the rows.
 */
function useScrollbarWidth(box: RefObject<HTMLElement | null>, total: number): void {
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const measure = () => {
      element.parentElement?.style.setProperty(
        '--rows-scrollbar',
        `${element.offsetWidth - element.clientWidth}px`,
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [box, total]);
}
