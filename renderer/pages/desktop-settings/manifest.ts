import { DesktopIcon } from '../../theme/icons.ts';
import type { PageManifest } from '../../state/page-manifest.ts';

export const desktopSettings: PageManifest = {
  load: () => import('./desktop-settings-page.tsx'),
  navigation: { group: 'protect', icon: DesktopIcon, onlyWhereOffered: true },
  needs: 'desktop-settings',
  scope: 'engine',
};
