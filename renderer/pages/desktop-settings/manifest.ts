import { DesktopIcon } from '../../theme/icons.ts';
import type { PageManifest } from '../../state/page-manifest.ts';
import { toggles } from './document.ts';

export const desktopSettings: PageManifest = {
  load: () => import('./desktop-settings-page.tsx'),
  navigation: { group: 'protect', icon: DesktopIcon, onlyWhereOffered: true },
  needs: 'desktop-settings',
  scope: 'engine',
  searchableSettings: [
    { name: 'proxy', label: 'desktopSettings.proxy.title', pointer: '/proxy' },
    { name: 'containersProxy', label: 'desktopSettings.containersProxy.title', pointer: '/containersProxy' },
    ...toggles.map((name) => ({
      name,
      label: `desktopSettings.toggles.${name}` as const,
      pointer: `/${name}`,
    })),
  ],
};
