import type { App, BrowserWindow } from 'electron';
import type { Desktop } from './desktop/desktop.ts';
import type { Session } from '../session/session.ts';
import type { Sessions } from '../session/sessions.ts';

/** The parts of the app that quitting involves. */
export interface QuitParts {
  readonly app: Pick<App, 'on' | 'quit'>;
  readonly window: BrowserWindow;
  readonly sessions: Sessions;
  readonly desktop: Pick<Desktop, 'keepsInTray' | 'close'>;
  readonly report: (error: unknown) => void;
}

/**
 * Closing the window quits, unless the user prefers it to stay in the tray. During an apply the window is
 * only hidden; the app quits once the apply has ended. `will-quit` waits until the sessions are closed, which
 * also writes the draft.
 */
export function installQuitHandlers({ app, window, sessions, desktop, report }: QuitParts): void {
  let current: Session | undefined;
  void sessions.then((session) => {
    current = session;
  });
  sessions.onOpened((session) => {
    current = session;
  });
  let quitting = false;
  let stopWaiting: () => void = () => undefined;
  app.on('before-quit', () => {
    quitting = true;
  });
  window.on('close', (event) => {
    if (!quitting && desktop.keepsInTray()) {
      event.preventDefault();
      window.hide();
      return;
    }
    const session = current;
    if (session === undefined || !isApplying(session)) return;
    event.preventDefault();
    // A prevented close ends the quit that caused it: the next one is a close again.
    quitting = false;
    window.hide();
    stopWaiting();
    stopWaiting = session.state.onChange(() => {
      if (isApplying(session)) return;
      stopWaiting();
      window.destroy();
      app.quit();
    });
  });
  // The user requested the window again: it is not closed when the apply ends.
  window.on('show', () => {
    stopWaiting();
  });
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    desktop.close();
    const end = () => {
      closed = true;
      app.quit();
    };
    void sessions.close().catch(report).finally(end);
  });
}

/** Also while one is about to begin: the password prompt outlives the window. */
function isApplying(session: Session): boolean {
  const { run, busy } = session.state.get();
  return busy.beginning || (run !== null && run.activity !== 'ended');
}
