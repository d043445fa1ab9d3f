import { ShieldIcon } from '../../theme/icons.ts';
import type { PageManifest } from '../../state/page-manifest.ts';

export const isolation: PageManifest = {
  load: () => import('./isolation-page.tsx'),
  navigation: { group: 'protect', icon: ShieldIcon },
  scope: 'engine',
  searchableSettings: [
    { name: 'eci', pointer: '/enhancedContainerIsolation/value' },
    { name: 'lock', pointer: '/enhancedContainerIsolation/locked' },
    { name: 'mode', pointer: '/bulkhead/mode' },
    { name: 'existing', pointer: '/bulkhead/existingContainers' },
    { name: 'denialLanguage', pointer: '/bulkhead/language' },
    { name: 'backend', pointer: '/bulkhead/backend' },
    { name: 'devices', pointer: '/bulkhead/devices' },
  ],
};
