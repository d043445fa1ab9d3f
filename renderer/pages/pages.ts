import { lazy, memo, type ComponentType } from 'react';
import { pageIds, type PageId } from '../../shared/pages/pages.ts';
import { loadOtherTexts } from '../i18n/index.ts';
import type { NavigationEntry } from '../state/page-manifest.ts';
import { manifests } from './manifests.ts';

/** The pages in the navigation, in its order, which is also Ctrl 1–9. */
export const navigationEntries: readonly NavigationEntry[] = pageIds.flatMap((id) => {
  const { navigation } = manifests[id];
  return navigation === undefined ? [] : [{ id, ...navigation }];
});

/** The pages that a window opens on, as in vite.config.ts: their texts are loaded with the frame. */
const firstPages: readonly PageId[] = ['overview', 'welcome'];

const loaded = new Map<PageId, ComponentType>();

/**
 * Loads the page's chunk and texts before its first render. Memoized: a page re-renders by its own
 * subscriptions, not with the frame around it.
 */
export async function loadPage(page: PageId): Promise<ComponentType> {
  const known = loaded.get(page);
  if (known !== undefined) return known;
  const [{ default: content }] = await Promise.all([
    manifests[page].load(),
    firstPages.includes(page) ? null : loadOtherTexts(),
  ]);
  const component = loaded.get(page) ?? memo(content);
  loaded.set(page, component);
  return component;
}

/**
 * Loads the other pages' chunks, one at a time while idle: a page that has to be waited for shows its
 * placeholder for at least 300 ms.
 */
export function loadOtherPages(): void {
  // Missing in jsdom.
  if (!('requestIdleCallback' in window)) return;
  const next = pageIds.find((page) => !loaded.has(page));
  if (next !== undefined)
    requestIdleCallback(() => {
      loadPage(next).then(loadOtherPages, () => undefined);
    });
}

const lazily = new Map<PageId, ComponentType>();

/**
 * The component of a page: a loaded one without React's Suspense, which shows the placeholder for at least
 * 300 ms. Keep the returned component while the page is mounted.
 */
export function pageComponent(page: PageId): ComponentType {
  const component =
    loaded.get(page) ?? lazily.get(page) ?? lazy(async () => ({ default: await loadPage(page) }));
  if (!loaded.has(page)) lazily.set(page, component);
  return component;
}
