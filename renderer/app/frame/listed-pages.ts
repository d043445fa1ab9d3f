import { useMemo } from 'react';
import { missingBecause, type TargetCapabilities } from '../../../shared/targets/capabilities.ts';
import type { PageId } from '../../../shared/pages/pages.ts';
import { manifests } from '../../pages/manifests.ts';
import { navigationEntries } from '../../pages/pages.ts';
import type { NavigationEntry } from '../../state/page-manifest.ts';
import { useSnapshotPart } from '../../state/context.tsx';

/** Whether navigation and search list a page for an engine with these capabilities. */
export function isListed(id: PageId, capabilities: Pick<TargetCapabilities, 'missing'> | null): boolean {
  const { needs, navigation } = manifests[id];
  if (navigation?.onlyWhereOffered !== true || needs === undefined) return true;
  return capabilities !== null && missingBecause(capabilities, needs) === null;
}

/** The entries of the navigation for the open engine. */
export function useListedPages(): readonly NavigationEntry[] {
  const capabilities = useSnapshotPart(({ app }) => app?.target.capabilities ?? null);
  return useMemo(() => navigationEntries.filter(({ id }) => isListed(id, capabilities)), [capabilities]);
}
