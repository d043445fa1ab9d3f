import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { BulkheadBridge } from '../../shared/ipc/bridge.ts';
import { App } from './app.tsx';
import { openWelcome } from '../state/first-run.ts';
import { loadPage } from '../pages/pages.ts';
import { currentPage, navigate } from '../state/router.ts';
import { createAppStore } from '../state/store.ts';
import { startI18n } from '../i18n/index.ts';

/** How long the window stays empty for what is to be in it. */
const waitAtMostMs = 300;

/** Draws the app into #root, talking to main over `bridge`; what it returns takes it away again. */
export function mount(bridge: BulkheadBridge): () => void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('index.html has no #root');
  startI18n();
  const store = createAppStore(bridge);
  // The tray, a notification or a link names a place; main has checked it.
  bridge.on('navigate', ({ page, params }) => {
    navigate(page, params);
  });
  const drawn = createRoot(root);
  let unmounted = false;
  const draw = () => {
    if (!unmounted)
      drawn.render(
        <StrictMode>
          <App store={store} />
        </StrictMode>,
      );
  };
  // One drawing instead of three (empty window, frame, page), unless main takes its time. The state may lead
  // to another page than the address does.
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
  ]).then(draw);
  return () => {
    unmounted = true;
    drawn.unmount();
  };
}
