import type { PageManifest } from '../../state/page-manifest.ts';

export const welcome: PageManifest = {
  load: () => import('./welcome-page.tsx'),
  scope: 'engine',
  ownFooter: true,
};
