import type { Finding } from '../../shared/settings/findings.ts';
import type { PageId } from '../app/router.ts';

/** A finding's sentence. */
export const findingText = (finding: Finding): string => finding.message;

/** The page where a finding is mended. */
export function findingPage(finding: Finding): PageId {
  if (finding.pointer.startsWith('/enhancedContainerIsolation/dockerSocketMount') || finding.pointer.startsWith('/bulkhead/perImageCommandLists')) return 'docker-socket';
  if (finding.pointer.startsWith('/filesharingAllowedDirectories')) return 'file-sharing';
  if (finding.pointer.startsWith('/enhancedContainerIsolation') || finding.pointer.startsWith('/bulkhead')) return 'isolation';
  return 'json';
}
