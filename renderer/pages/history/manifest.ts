import { HistoryIcon } from '../../theme/icons.ts';
import type { PageManifest } from '../../state/page-manifest.ts';

export const history: PageManifest = {
  load: () => import('./history-page.tsx'),
  navigation: { group: 'document', icon: HistoryIcon },
  scope: 'engine',
};
