import { useDraftPart } from '../state/context.tsx';

/**
 * Variant of a page's main button: outlined while the draft's footer is shown, whose "Review & apply" is then
 * the only filled button.
 */
export function useMainVariant(): 'contained' | 'outlined' {
  return useDraftPart(({ dirty, readOnly }) => dirty && readOnly !== 'applying') ? 'outlined' : 'contained';
}
