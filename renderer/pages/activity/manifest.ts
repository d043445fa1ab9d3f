import { ActivityIcon } from '../../theme/icons.ts';
import type { PageManifest } from '../../state/page-manifest.ts';
import { UnseenCount } from './unseen-count.tsx';

export const activity: PageManifest = {
  load: () => import('./activity-page.tsx'),
  navigation: { group: 'observe', icon: ActivityIcon, Badge: UnseenCount },
  needs: 'decision-log',
  scope: 'engine',
};
