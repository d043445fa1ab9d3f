import { useDraftPart } from '../state/context.tsx';

/**
 * How the main button of a page is drawn. Only one is filled: while the draft's footer stands below the page,
 * that is "Review & apply".
 */
export function useMainVariant(): 'contained' | 'outlined' {
  return useDraftPart(({ dirty, readOnly }) => dirty && readOnly !== 'applying') ? 'outlined' : 'contained';
}
