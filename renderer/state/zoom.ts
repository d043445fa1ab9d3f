import { nextZoom, type ZoomChange } from '../../shared/ipc/user-choices.ts';
import type { AppStore } from './snapshot.ts';

/** Makes the window's content larger, smaller or its usual size, and remembers that. */
export async function zoomWindow(store: AppStore, change: ZoomChange): Promise<void> {
  const { app } = store.get();
  if (app === null) return;
  const zoomPercent = change === 'reset' ? 100 : nextZoom(app.preferences.zoomPercent, change);
  await store.request('preferences:set', { zoomPercent });
}
