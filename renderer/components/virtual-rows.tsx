import { useEffect, useLayoutEffect, useMemo, useRef, useState, type ReactNode, type RefObject } from 'react';
import Box from '@mui/material/Box';

/** Below this many rows all are drawn: simpler for find-in-page and screen readers. */
export const drawAllUpTo = 200;
const overscan = 8;

export interface VirtualRowsHandle {
  /** Brings a row into view. */ scrollTo(index: number): void;
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
  const [view, setView] = useState({ top: 0, height: 800 });
  const offsets = useMemo(() => {
    const sums = new Float64Array(count + 1);
    for (let index = 0; index < count; index++) sums[index + 1] = (sums[index] ?? 0) + heightOf(index);
    return sums;
  }, [count, heightOf]);
  const total = offsets[count] ?? 0;
  const windowed = count > drawAllUpTo;

  useEffect(() => {
    const element = box.current;
    if (element === null || !windowed) return;
    const look = () => {
      setView({ top: element.scrollTop, height: element.clientHeight });
    };
    look();
    element.addEventListener('scroll', look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', look);
      observer.disconnect();
    };
  }, [windowed]);

  // What stands above the rows leaves the room that their scrollbar takes.
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
  }, [total]);

  useEffect(() => {
    if (handle === undefined) return;
    handle.current = {
      scrollTo(index) {
        const element = box.current;
        const top = offsets[index],
          bottom = offsets[index + 1];
        if (element === null || top === undefined || bottom === undefined) return;
        if (top < element.scrollTop) element.scrollTop = top;
        else if (bottom > element.scrollTop + element.clientHeight)
          element.scrollTop = bottom - element.clientHeight;
      },
    };
  }, [handle, offsets]);

  const first = windowed ? Math.max(0, find(offsets, view.top) - overscan) : 0;
  const last = windowed ? Math.min(count, find(offsets, view.top + view.height) + 1 + overscan) : count;
  const rows: ReactNode[] = [];
  for (let index = first; index < last; index++)
    rows.push(
      <Box key={rowKey(index)} role="presentation">
        {render(index)}
      </Box>,
    );
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
        style={{ height: windowed ? total : undefined, paddingTop: windowed ? offsets[first] : undefined }}
        sx={{ boxSizing: 'border-box' }}
      >
        {rows}
      </Box>
    </Box>
  );
}

/** Index of the row at a height, by halving. */
function find(offsets: Float64Array, top: number): number {
  let low = 0,
    high = Math.max(0, offsets.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= top) low = middle;
    else high = middle - 1;
  }
  return low;
}
