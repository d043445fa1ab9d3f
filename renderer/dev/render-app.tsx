import createCache from '@emotion/cache';
import { CacheProvider } from '@emotion/react';
import { act, cleanup, render, screen } from '@testing-library/react';
import { userEvent, type UserEvent } from '@testing-library/user-event';
import { afterAll } from 'vitest';
import { App } from '../app/app.tsx';
import type { PageId } from '../../shared/pages/pages.ts';
import { createAppStore } from '../state/store.ts';
import type { AppStore } from '../state/snapshot.ts';
import { resolveLanguage, showLanguage, startI18n } from '../i18n/index.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { computeFewerStyles } from './computed-style.ts';
import { fakeBridge } from './fake-bridge.ts';

// APIs missing in jsdom.
class NoObserver {
  observe() {
    /* nothing is laid out in jsdom */
  }
  unobserve() {
    /* nothing to do */
  }
  disconnect() {
    /* nothing to do */
  }
}
window.ResizeObserver ??= NoObserver;
window.matchMedia ??= (query: string) => ({
  matches: false,
  media: query,
  onchange: null,
  addListener: () => undefined,
  removeListener: () => undefined,
  addEventListener: () => undefined,
  removeEventListener: () => undefined,
  dispatchEvent: () => false,
});
// Every element is as high as a window: a long list renders the rows in view.
Object.defineProperty(Element.prototype, 'clientHeight', { configurable: true, get: () => 800 });
Element.prototype.scrollTo ??= () => undefined;
Element.prototype.scrollIntoView ??= () => undefined;
Range.prototype.getClientRects ??= () => Object.assign([], { item: () => null });
Range.prototype.getBoundingClientRect ??= () => new DOMRect();
if (document.defaultView !== null) computeFewerStyles(document.defaultView);

// Flushes React's pending work of the file's last test while there is still a window: React renders in the
// event loop's next turn.
afterAll(async () => {
  cleanup();
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
});

// Nothing is laid out in jsdom, and it evaluates every rule for every visibility query: components are
// rendered without their styles here. Their look is tested in a browser.
const unstyled = createCache({ key: 'css' });
unstyled.insert = (_selector, { name }) => {
  unstyled.inserted[name] = true;
};

export interface RenderedApp {
  readonly bridge: ReturnType<typeof fakeBridge>;
  readonly store: AppStore;
  readonly user: UserEvent;
}

/**
 * Renders the whole window over an invented state, on one page, for component tests; `styled`: with its
 * styles. Resolves when the page's heading is there.
 */
export async function renderApp(
  state: AppState,
  page: PageId,
  responses: Parameters<typeof fakeBridge>[1] = {},
  { styled = false } = {},
): Promise<RenderedApp> {
  cleanup();
  window.location.hash = `#/${page}`;
  startI18n();
  const bridge = fakeBridge(state, responses);
  const store = createAppStore(bridge);
  // Load the catalogue first, so that the first heading is the page's and not the loading screen's.
  await act(async () => {
    await store.load();
    await showLanguage(
      resolveLanguage(store.get().app?.preferences.language ?? 'system', navigator.languages),
    );
  });
  render(
    styled ? (
      <App store={store} />
    ) : (
      <CacheProvider value={unstyled}>
        <App store={store} />
      </CacheProvider>
    ),
  );
  await screen.findByRole(
    store.get().app === null ? 'alert' : 'heading',
    store.get().app === null ? {} : { level: 1 },
    { timeout: 10_000 },
  );
  return { bridge, store, user: userEvent.setup({ pointerEventsCheck: 0 }) };
}
