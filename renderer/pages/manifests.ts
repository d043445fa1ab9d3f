import type { PageId } from '../../shared/pages/pages.ts';
import type { PageManifest } from '../state/page-manifest.ts';
import { activity } from './activity/manifest.ts';
import { containers } from './containers/manifest.ts';
import { desktopSettings } from './desktop-settings/manifest.ts';
import { dockerSocket } from './docker-socket/manifest.ts';
import { fileSharing } from './file-sharing/manifest.ts';
import { history } from './history/manifest.ts';
import { isolation } from './isolation/manifest.ts';
import { json } from './json/manifest.ts';
import { overview } from './overview/manifest.ts';
import { preferences } from './preferences/manifest.ts';
import { review } from './review/manifest.ts';
import { simulator } from './simulator/manifest.ts';
import { welcome } from './welcome/manifest.ts';

/** The window's part of every page. Their order is that of `shared/pages/pages.ts`. */
export const manifests: Readonly<Record<PageId, PageManifest>> = {
  overview,
  isolation,
  'docker-socket': dockerSocket,
  'file-sharing': fileSharing,
  containers,
  activity,
  simulator,
  json,
  history,
  'desktop-settings': desktopSettings,
  preferences,
  review,
  welcome,
};
