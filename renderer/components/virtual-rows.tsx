import { useEffect, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import Box from '@mui/material/Box';
import { size } from '../theme/tokens.ts';

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

/**
 * Rows of known heights, virtualized if there are more than `virtualizeAbove`. Scrolls by itself. `heightOf`
 * must return the exact height. Callers set roles, labels and aria-rowindex.
 */
export function VirtualRows({
  count,
  heightOf,
  render,
  handle,
  maxHeight,
  rowKey,
}: {
  readonly count: number;
  readonly heightOf: (index: number) => number;
  readonly render: (index: number) => ReactNode;
  readonly rowKey: (index: number) => string;
  readonly handle?: RefObject<VirtualRowsHandle | null>;
  readonly maxHeight?: number;
}) {
  const box = useRef<HTMLDivElement>(null);
  const windowed = count > virtualizeAbove;
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: heightOf,
    getItemKey: rowKey,
    overscan,
    initialRect: { width: 0, height: assumedHeight },
  });
  // Sizes are cached until the observer reports a change.
  useLayoutEffect(() => {
    virtualizer.measure();
  }, [virtualizer, heightOf]);
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
  const indexes = windowed
    ? inView.map(({ index }) => index)
    : Array.from({ length: count }, (_, index) => index);
  return (
    <Box
      ref={box}
      role="presentation"
      sx={{
        overflow: 'auto',
        flex: '0 1 auto',
        minHeight: 0,
        ...(maxHeight === undefined ? {} : { maxHeight }),
        overflowAnchor: 'none',
      }}
    >
      <Box
        role="presentation"
        style={{ height: windowed ? total : undefined, paddingTop: inView[0]?.start }}
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
