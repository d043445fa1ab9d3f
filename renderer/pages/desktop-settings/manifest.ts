import { DesktopIcon } from '../../theme/icons.ts';
import type { PageManifest } from '../../state/page-manifest.ts';
import { groupNames, namedEntries } from './document.ts';

export const desktopSettings: PageManifest = {
  load: () => import('./desktop-settings-page.tsx'),
  navigation: { group: 'protect', icon: DesktopIcon, onlyWhereOffered: true },
  needs: 'desktop-settings',
  scope: 'engine',
  searchableSettings: [
    { name: 'proxy', label: 'desktopSettings.proxy.title', pointer: '/proxy' },
    { name: 'containersProxy', label: 'desktopSettings.containersProxy.title', pointer: '/containersProxy' },
    ...namedEntries.map(([name, pointer]) => ({
      name,
      label: `desktopSettings.entries.${name}` as const,
      pointer,
    })),
    ...groupNames.map((name) => ({
      name,
      label: `desktopSettings.groups.${name}.title` as const,
      pointer: `/${name}`,
    })),
  ],
};
