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
 * Reads the page's chunk ahead of its first drawing. A page is drawn again for what it asks the store, not
 * with the frame around it.
 */
export async function loadPage(page: PageId): Promise<ComponentType> {
  const component = loaded.get(page) ?? memo((await manifests[page].load()).default);
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
  const next = pageIds.find((page) => !loaded.has(page));
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
