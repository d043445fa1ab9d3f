import { ContainersIcon } from '../../theme/icons.ts';
import type { PageManifest } from '../../state/page-manifest.ts';
import { UnprotectedCount } from './unprotected-count.tsx';

export const containers: PageManifest = {
  load: () => import('./containers-page.tsx'),
  navigation: { group: 'protect', icon: ContainersIcon, Badge: UnprotectedCount },
  scope: 'engine',
};
