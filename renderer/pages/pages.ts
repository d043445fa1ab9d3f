import { lazy, memo, type ComponentType } from 'react';
import { pageIds, type PageId } from '../../shared/pages/pages.ts';
import type { NavigationEntry } from '../state/page-manifest.ts';
import { manifests } from './manifests.ts';

/** The pages in the navigation, in its order, which is also Ctrl 1–9. */
export const navigationEntries: readonly NavigationEntry[] = pageIds.flatMap((id) => {
  const { navigation } = manifests[id];
  return navigation === undefined ? [] : [{ id, ...navigation }];
});

const loaded = new Map<PageId, ComponentType>();

/**
 * Loads the page's chunk before its first render. Memoized: a page re-renders by its own subscriptions, not
 * with the frame around it.
 */
export async function loadPage(page: PageId): Promise<ComponentType> {
  const component = loaded.get(page) ?? memo((await manifests[page].load()).default);
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
