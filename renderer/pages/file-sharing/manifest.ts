import { FolderIcon } from '../../theme/icons.ts';
import type { PageManifest } from '../../state/page-manifest.ts';

export const fileSharing: PageManifest = {
  load: () => import('./file-sharing-page.tsx'),
  navigation: { group: 'protect', icon: FolderIcon },
  scope: 'engine',
  searchableSettings: [{ name: 'shares', pointer: '/filesharingAllowedDirectories' }],
};
