import { parseImageReference } from '../../../shared/settings/index.ts';
import type { RegistryState } from './registry-state.ts';

/**
 * The entry with the digest that its registry serves now, so that later pushes are not covered; null if the
 * digest is not known, or already shown.
 */
export function pinned(written: string, state: RegistryState | undefined): string | null {
  const parsed = parseImageReference(written);
  if (!parsed.ok || parsed.value.kind !== 'image' || parsed.value.digest !== null || state?.kind !== 'served')
    return null;
  return `${parsed.value.tagWritten ? written.slice(0, written.lastIndexOf(':')) : written}@${state.digest}`;
}
