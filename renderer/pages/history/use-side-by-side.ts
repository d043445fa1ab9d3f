import { useLayoutEffect, useState, type RefObject } from 'react';
import useMediaQuery from '@mui/material/useMediaQuery';
import { low, twoColumnsFrom } from '../../theme/tokens.ts';

/**
 * Whether list and version have room beside each other, each with a scrollbar of its own. Otherwise the page
 * scrolls as a whole. `content`: all of the page's content.
 */
export function useSideBySide(content: RefObject<HTMLElement | null>): boolean {
  const isLow = useMediaQuery(low, { noSsr: true });
  const [isNarrow, setNarrow] = useState(false);
  useLayoutEffect(() => {
    const element = content.current;
    if (element === null) return undefined;
    const measure = () => {
      // 0 is no width: it is not laid out.
      setNarrow(element.clientWidth > 0 && element.clientWidth < twoColumnsFrom);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [content]);
  return !isLow && !isNarrow;
}
