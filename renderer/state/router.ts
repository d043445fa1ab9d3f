import { useSyncExternalStore } from 'react';
import { isPage, type PageId } from '../../shared/pages/pages.ts';

export interface Route {
  readonly page: PageId;
  readonly params: Readonly<Record<string, string>>;
}

/** `#/containers?show=unprotected` → route. Unknown addresses open the Overview. */
export function parseRoute(hash: string): Route {
  const [name = '', query = ''] = hash.replace(/^#\/?/, '').split('?');
  return { page: isPage(name) ? name : 'overview', params: Object.fromEntries(new URLSearchParams(query)) };
}

/** The address of a page: linkable, survives reload. */
export function hrefFor(page: PageId, params: Readonly<Record<string, string>> = {}): string {
  const query = new URLSearchParams(params).toString();
  return query === '' ? `#/${page}` : `#/${page}?${query}`;
}

export function navigate(page: PageId, params: Readonly<Record<string, string>> = {}): void {
  window.location.hash = hrefFor(page, params);
}

/**
 * `navigate` for the end of a request that starts now: does nothing if the user has opened another page in
 * the meantime.
 */
export function navigationFromHere(): typeof navigate {
  const start = currentPage();
  return (page, params) => {
    if (currentPage() === start) navigate(page, params);
  };
}

let last: { hash: string; route: Route } = { hash: '', route: { page: 'overview', params: {} } };
const current = (): Route => {
  const hash = window.location.hash;
  if (hash !== last.hash) last = { hash, route: parseRoute(hash) };
  return last.route;
};
const subscribe = (listener: () => void) => {
  window.addEventListener('hashchange', listener);
  return () => {
    window.removeEventListener('hashchange', listener);
  };
};

/** The page of the address. */
export const currentPage = (): PageId => current().page;

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, current);
}
