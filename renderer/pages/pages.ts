import { lazy, memo, type ComponentType } from 'react';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import type { SettingsChange } from '../../shared/settings/changes.ts';
import {
  ActivityIcon,
  ContainersIcon,
  FolderIcon,
  HistoryIcon,
  JsonIcon,
  OverviewIcon,
  PreferencesIcon,
  ShieldIcon,
  SimulatorIcon,
  SocketIcon,
} from '../theme/icons.ts';
import type { PageId } from '../state/router.ts';

/** A page in the navigation. */
export interface PageEntry {
  readonly id: PageId;
  readonly group: 'top' | 'protect' | 'observe' | 'document' | 'bottom';
  readonly icon: ComponentType<SvgIconProps>;
  /** Which changes put a dot beside it. */
  readonly changes?: SettingsChange['page'];
}

/** In the order of the navigation, which is also Ctrl 1–9. Only pages that exist. */
export const pageEntries: readonly PageEntry[] = [
  { id: 'overview', group: 'top', icon: OverviewIcon },
  { id: 'isolation', group: 'protect', icon: ShieldIcon, changes: 'isolation' },
  { id: 'docker-socket', group: 'protect', icon: SocketIcon, changes: 'socket' },
  { id: 'file-sharing', group: 'protect', icon: FolderIcon, changes: 'file-sharing' },
  { id: 'containers', group: 'protect', icon: ContainersIcon },
  { id: 'activity', group: 'observe', icon: ActivityIcon },
  { id: 'simulator', group: 'observe', icon: SimulatorIcon },
  { id: 'json', group: 'document', icon: JsonIcon, changes: 'other' },
  { id: 'history', group: 'document', icon: HistoryIcon },
  { id: 'preferences', group: 'bottom', icon: PreferencesIcon },
];

/** Each page is its own chunk, read when first opened. */
const pageModules: Record<PageId, () => Promise<{ readonly default: ComponentType }>> = {
  overview: () => import('./overview/overview-page.tsx'),
  isolation: () => import('./isolation/isolation-page.tsx'),
  'docker-socket': () => import('./docker-socket/docker-socket-page.tsx'),
  'file-sharing': () => import('./file-sharing/file-sharing-page.tsx'),
  containers: () => import('./containers/containers-page.tsx'),
  activity: () => import('./activity/activity-page.tsx'),
  simulator: () => import('./simulator/simulator-page.tsx'),
  json: () => import('./json/json-page.tsx'),
  history: () => import('./history/history-page.tsx'),
  preferences: () => import('./preferences/preferences-page.tsx'),
  welcome: () => import('./welcome/welcome-page.tsx'),
  review: () => import('./review/review-page.tsx'),
};

const loaded = new Map<PageId, ComponentType>();

/**
 * Reads the page's chunk ahead of its first drawing. A page is drawn again for what it asks the store, not
 * with the frame around it.
 */
export async function loadPage(page: PageId): Promise<ComponentType> {
  const component = loaded.get(page) ?? memo((await pageModules[page]()).default);
  loaded.set(page, component);
  return component;
}

/**
 * Reads the other pages' chunks, one at a time while nothing else is to be done: a page that has to be waited
 * for shows its placeholder for 300 ms at least.
 */
export function loadOtherPages(): void {
  // Not in the tests' DOM.
  if (!('requestIdleCallback' in window)) return;
  // its keys are page ids
  const next = Object.keys(pageModules).find((page) => !loaded.has(page as PageId)) as PageId | undefined;
  if (next !== undefined)
    requestIdleCallback(() => {
      loadPage(next).then(loadOtherPages, () => undefined);
    });
}

const lazily = new Map<PageId, ComponentType>();

/**
 * The page to draw: one that was read already without React's wait, which shows the placeholder for 300 ms at
 * least. Keep the answer while the page stays.
 */
export function pageComponent(page: PageId): ComponentType {
  const component =
    loaded.get(page) ?? lazily.get(page) ?? lazy(async () => ({ default: await loadPage(page) }));
  if (!loaded.has(page)) lazily.set(page, component);
  return component;
}
