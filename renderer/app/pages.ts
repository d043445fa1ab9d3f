import { lazy, type ComponentType, type LazyExoticComponent } from 'react';
import type { SvgIconProps } from '@mui/material/SvgIcon';
import type { SettingsChange } from '../../shared/settings/changes.ts';
import { ContainersIcon, FolderIcon, HistoryIcon, JsonIcon, OverviewIcon, PreferencesIcon, ShieldIcon, SimulatorIcon, SocketIcon } from '../components/icons.ts';
import type { PageId } from './router.ts';

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
  { id: 'simulator', group: 'observe', icon: SimulatorIcon },
  { id: 'json', group: 'document', icon: JsonIcon, changes: 'other' },
  { id: 'history', group: 'document', icon: HistoryIcon },
  { id: 'preferences', group: 'bottom', icon: PreferencesIcon },
];

/** Each page is its own chunk, loaded when first opened. */
export const pageComponents: Record<PageId, LazyExoticComponent<ComponentType>> = {
  overview: lazy(() => import('../features/overview/overview-page.tsx')),
  isolation: lazy(() => import('../features/isolation/isolation-page.tsx')),
  'docker-socket': lazy(() => import('../features/docker-socket/docker-socket-page.tsx')),
  'file-sharing': lazy(() => import('../features/file-sharing/file-sharing-page.tsx')),
  containers: lazy(() => import('../features/containers/containers-page.tsx')),
  simulator: lazy(() => import('../features/simulator/simulator-page.tsx')),
  json: lazy(() => import('../features/json/json-page.tsx')),
  history: lazy(() => import('../features/history/history-page.tsx')),
  preferences: lazy(() => import('../features/preferences/preferences-page.tsx')),
  review: lazy(() => import('../features/review/review-page.tsx')),
};
