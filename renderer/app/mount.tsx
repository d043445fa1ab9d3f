import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import type { BulkheadBridge } from '../../shared/ipc/bridge.ts';
import { App } from './app.tsx';
import { createAppStore } from './store.ts';
import { startI18n } from '../i18n/index.ts';

/** Draws the app into #root, talking to main over `bridge`. */
export function mount(bridge: BulkheadBridge): void {
  const root = document.getElementById('root');
  if (root === null) throw new Error('index.html has no #root');
  startI18n();
  const store = createAppStore(bridge);
  void store.load();
  createRoot(root).render(<StrictMode><App store={store} /></StrictMode>);
}
