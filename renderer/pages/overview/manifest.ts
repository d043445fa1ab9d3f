import { OverviewIcon } from '../../theme/icons.ts';
import type { PageManifest } from '../../state/page-manifest.ts';

export const overview: PageManifest = {
  load: () => import('./overview-page.tsx'),
  navigation: { group: 'top', icon: OverviewIcon },
  scope: 'engine',
};
