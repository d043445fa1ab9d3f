import { JsonIcon } from '../../theme/icons.ts';
import type { PageManifest } from '../../state/page-manifest.ts';

export const json: PageManifest = {
  load: () => import('./json-page.tsx'),
  navigation: { group: 'document', icon: JsonIcon },
  scope: 'engine',
  searchableSettings: [
    { name: 'proxy', pointer: '/proxy' },
    {
      name: 'blockDockerLoad',
      label: 'desktopSettings.entries.blockDockerLoad',
      pointer: '/blockDockerLoad',
    },
  ],
};
