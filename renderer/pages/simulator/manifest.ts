import { SimulatorIcon } from '../../theme/icons.ts';
import type { PageManifest } from '../../state/page-manifest.ts';

export const simulator: PageManifest = {
  load: () => import('./simulator-page.tsx'),
  navigation: { group: 'observe', icon: SimulatorIcon },
  needs: 'test-mounts',
  scope: 'engine',
};
