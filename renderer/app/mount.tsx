import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { BulkheadBridge } from '../../shared/ipc/bridge.ts';
import { App } from './app.tsx';
import { openWelcome } from '../state/first-run.ts';
import { loadPage } from '../pages/pages.ts';
import { currentPage, navigate } from '../state/router.ts';
import { createAppStore } from '../state/store.ts';
import { startI18n } from '../i18n/index.ts';

/** Maximum wait for the first state before rendering, ms. */
const waitAtMostMs = 300;

/** Renders the app into #root with `bridge` to main; returns the unmount function. */
export function mount(bridge: BulkheadBridge): () => void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('index.html has no #root');
  startI18n();
  const store = createAppStore(bridge);
  // From the tray, a notification or a link; checked by main.
  bridge.on('navigate', ({ page, params }) => {
    navigate(page, params);
  });
  const reactRoot = createRoot(root);
  let unmounted = false;
  const render = () => {
    if (!unmounted)
      reactRoot.render(
        <StrictMode>
          <App store={store} />
        </StrictMode>,
      );
  };
  // Renders once instead of three times (empty window, frame, page) if main responds quickly. The state may
  // lead to another page than the address.
  const ready = Promise.allSettled([
    store.load().then(async () => {
      openWelcome(store);
      await loadPage(currentPage());
    }),
    loadPage(currentPage()),
  ]);
  void Promise.race([
    ready,
    new Promise((resolve) => {
      setTimeout(resolve, waitAtMostMs);
    }),
  ]).then(render);
  return () => {
    unmounted = true;
    reactRoot.unmount();
  };
}
