import { PreferencesIcon } from '../../theme/icons.ts';
import type { PageManifest } from '../../state/page-manifest.ts';

export const preferences: PageManifest = {
  load: () => import('./preferences-page.tsx'),
  navigation: { group: 'bottom', icon: PreferencesIcon },
  scope: 'app',
  searchableSettings: [
    { name: 'theme' },
    { name: 'language' },
    { name: 'zoom' },
    { name: 'notifications' },
    { name: 'startAtLogin' },
    { name: 'support' },
  ],
};
