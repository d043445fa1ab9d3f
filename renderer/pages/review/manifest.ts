import type { PageManifest } from '../../state/page-manifest.ts';

export const review: PageManifest = {
  load: () => import('./review-page.tsx'),
  scope: 'engine',
  ownFooter: true,
};
