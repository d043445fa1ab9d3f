import type { RefObject } from 'react';
import useMediaQuery from '@mui/material/useMediaQuery';
import { useNarrower } from '../../components/use-narrower.ts';
import { low, twoColumnsFrom } from '../../theme/tokens.ts';

/**
 * Whether list and version fit beside each other, each with a scrollbar. Otherwise the page scrolls as a
 * whole. `content`: all of the page's content.
 */
export function useSideBySide(content: RefObject<HTMLElement | null>): boolean {
  const isLow = useMediaQuery(low, { noSsr: true });
  const isNarrow = useNarrower(content, twoColumnsFrom, 'clientWidth');
  return !isLow && !isNarrow;
}
