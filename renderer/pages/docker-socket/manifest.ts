import { SocketIcon } from '../../theme/icons.ts';
import type { PageManifest } from '../../state/page-manifest.ts';

export const dockerSocket: PageManifest = {
  load: () => import('./docker-socket-page.tsx'),
  navigation: { group: 'protect', icon: SocketIcon },
  scope: 'engine',
  searchableSettings: [
    { name: 'images', pointer: '/enhancedContainerIsolation/dockerSocketMount/imageList/images' },
    { name: 'commandList', pointer: '/enhancedContainerIsolation/dockerSocketMount/commandList' },
    { name: 'environment', pointer: '/bulkhead/hideEnvironment' },
  ],
};
