import useMediaQuery from '@mui/material/useMediaQuery';
import { lowForLists } from '../theme/tokens.ts';

/**
 * Whether the window is too low for a list that scrolls by itself beside what is above it: there the page
 * scrolls as a whole.
 */
export const useLowWindow = (): boolean => useMediaQuery(lowForLists, { noSsr: true });
