import { useEffect, useLayoutEffect, useRef, type ReactNode, type RefObject } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import Box from '@mui/material/Box';
import { size } from '../theme/tokens.ts';

/** Up to this many rows all are drawn: simpler for screen readers. 100 rows take a third of a second. */
export const drawAllUpTo = 40;
/** Rows drawn beyond what is in view, on both sides. */
const overscan = 4;
/** Of the list, until it is laid out, px. */
const assumedHeight = 560;

export interface VirtualRowsHandle {
  /** Brings a row into view. */ scrollTo(index: number): void;
}

/** Height that a list in a page keeps, px: below it, the page scrolls instead. */
const keptHeight = 360;
/** Height of a list's head with its borders, px. */
const headHeight = size.tableHead + 2;

/** The least height of a list with its head: that of its rows, at most `keptHeight`, not beyond the page. */
export function leastHeight(count: number, heightOf: (index: number) => number): string {
  let height = headHeight;
  for (let index = 0; index < count && height < keptHeight; index += 1) height += heightOf(index);
  return `min(${Math.min(height, keptHeight)}px, 100%)`;
}

/**
 * Rows of known heights, only those near the view drawn once there are more than `drawAllUpTo`. It scrolls
 * itself; `heightOf` must be what the row takes. The rows' own roles and labels are theirs; give them
 * aria-rowindex.
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
  const windowed = count > drawAllUpTo;
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: heightOf,
    getItemKey: rowKey,
    overscan,
    initialRect: { width: 0, height: assumedHeight },
  });
  // Sizes are kept until the observer reports a change.
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

/** What stands above the rows leaves the room that their scrollbar takes. `total`: height of the rows. */
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
