import type { PageId } from '../../shared/pages/pages.ts';

/** The page with the setting that the gateway's refusal names, if any. */
export function pageOfSetting(
  reason: string | undefined,
): Extract<PageId, 'file-sharing' | 'docker-socket'> | null {
  if (reason === undefined) return null;
  if (reason.includes('filesharingAllowedDirectories')) return 'file-sharing';
  return reason.includes('dockerSocketMount') ? 'docker-socket' : null;
}
