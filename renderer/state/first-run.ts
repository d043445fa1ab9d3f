import type { AppState } from '../../shared/ipc/app-state.ts';
import { navigate } from './router.ts';
import type { AppStore } from './snapshot.ts';

/** Whether nothing was ever applied to this engine, and the user did not skip the first run. */
export function needsFirstRun(app: AppState): boolean {
  return (
    app.target.capabilities.firstRun &&
    app.firstRun !== 'dismissed' &&
    app.settings.appliedVersion === 0 &&
    !app.settings.exists &&
    app.settings.readError === null
  );
}

/** Opens the first run at the start of the window, unless an address was given. */
export function openWelcome(store: AppStore): void {
  const { app } = store.get();
  if (app !== null && window.location.hash === '' && needsFirstRun(app)) navigate('welcome');
}
