import path from 'node:path';
import { app, type BrowserWindow } from 'electron';

/**
 * One app an engine: a second start for the same engine shows the first one's window and ends. Returns the directory of the user's
 * own store (shared by all engines, or what `--user-data-dir` says), or null when this process must end.
 */
export function claimInstance(engineId: string, window: () => BrowserWindow | undefined): string | null {
  app.setName('Bulkhead');
  const base = app.commandLine.hasSwitch('user-data-dir') ? app.getPath('userData') : path.join(app.getPath('appData'), 'Bulkhead');
  // Chromium's profile and the lock are per engine, so that two engines can be open side by side.
  app.setPath('userData', path.join(base, 'engines', engineId));
  if (!app.requestSingleInstanceLock()) {
    console.error('Bulkhead is already open for this engine: its window is in front now.');
    app.quit();
    return null;
  }
  app.on('second-instance', () => {
    const shown = window();
    if (shown === undefined || shown.isDestroyed()) return;
    if (shown.isMinimized()) shown.restore();
    shown.show();
    shown.focus();
  });
  return base;
}
