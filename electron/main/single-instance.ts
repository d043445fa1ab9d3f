import path from 'node:path';
import { app, type BrowserWindow } from 'electron';
import { targetRefSchema, type TargetRef } from '../../shared/targets/target.ts';

/**
 * One app a user: a second start shows the first one's window and ends. An engine that was named with it is opened in that window.
 * Returns the directory of the user's own store, or null when this process must end.
 */
export function claimInstance(target: TargetRef | null, window: () => BrowserWindow | undefined, openTarget: (target: TargetRef) => void): string | null {
  app.setName('Bulkhead');
  const base = app.commandLine.hasSwitch('user-data-dir') ? app.getPath('userData') : path.join(app.getPath('appData'), 'Bulkhead');
  // Chromium's profile beside what is ours.
  app.setPath('userData', path.join(base, 'profile'));
  if (!app.requestSingleInstanceLock({ target })) {
    console.error('Bulkhead is already open: its window is in front now.');
    app.quit();
    return null;
  }
  app.on('second-instance', (_event, _argv, _cwd, data: unknown) => {
    const named = typeof data === 'object' && data !== null && 'target' in data ? targetRefSchema.safeParse(data.target) : null;
    if (named?.success === true) openTarget(named.data);
    const shown = window();
    if (shown === undefined || shown.isDestroyed()) return;
    if (shown.isMinimized()) shown.restore();
    shown.show();
    shown.focus();
  });
  return base;
}
