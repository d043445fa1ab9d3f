import { app, dialog, Notification, type BrowserWindow } from 'electron';
import { createNotices, failedNotice, type Notice } from '../../../shared/desktop/notices.ts';
import { desktopLanguage, desktopWords, type DesktopWords } from '../../../shared/desktop/labels.ts';
import type { DesktopState, Preferences } from '../../../shared/ipc/contract.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { iconFile } from '../window/places.ts';
import type { Session } from '../../session/session.ts';
import { showWindow } from '../window/window.ts';
import { startAtLogin } from './start-at-login.ts';
import { notificationsAvailable, openTray, trayAvailable, type AppTray } from './tray.ts';
import { loadTranslator } from '../../../shared/messages/translator.ts';
import { message } from '../../../shared/messages/message.ts';
import { factsOf, trayState } from './tray-state.ts';

/** Everything of the app outside its window: tray, notifications, start at login. */
export interface Desktop {
  state(): DesktopState;
  /**
   * Looks what this desktop offers, and puts the icon in its tray. After the first frame: nobody waits for
   * it.
   */
  look(): Promise<DesktopState>;
  /** Follows a session until the next one is followed. */
  follow(session: Session): void;
  /** Closing the window is to leave the app in the tray. */
  keepsInTray(): boolean;
  setStartAtLogin(on: boolean): Promise<Result<DesktopState, AppError>>;
  close(): void;
}

export interface DesktopOptions {
  readonly window: () => BrowserWindow | undefined;
  readonly preferences: () => Preferences;
  /**
   * What the tray's menu does with the engine it shows (a target's id), as the window's buttons do. What it
   * leads to is shown by the state.
   */
  readonly act: (what: 'verify' | 'start', engine: string) => Promise<Result<unknown, AppError>>;
  readonly report: (error: unknown) => void;
}

/** A verification grows old without anybody doing anything. */
const lookAgainMs = 60_000;

export function createDesktop({ window, preferences, act, report }: DesktopOptions): Desktop {
  const login = startAtLogin();
  let desktop: DesktopState = {
    tray: false,
    notifications: false,
    canStartAtLogin: login.supported(),
    startsAtLogin: false,
  };
  let tray: AppTray | undefined;
  let session: Session | undefined;
  let unfollow: () => void = () => undefined;
  const words = (): DesktopWords => desktopWords(preferences().language, systemLanguage());
  const tell = (part: Partial<DesktopState>) => {
    desktop = { ...desktop, ...part };
    session?.state.set({ desktop });
  };

  const notices = createNotices({
    words,
    show: (notice) => {
      showNotice(notice, window);
    },
    wanted: (kind) => {
      const p = preferences();
      return (
        desktop.notifications &&
        { denied: p.notifyDenied, unprotected: p.notifyUnprotected, protection: p.notifyProtection }[kind]
      );
    },
    inFront: () => {
      const w = window();
      return w !== undefined && !w.isDestroyed() && w.isVisible() && w.isFocused();
    },
  });

  const refresh = () => {
    if (session === undefined) return;
    const state = session.state.get();
    const now = Date.now();
    notices.engine(factsOf(state, now));
    tray?.show(trayState(state, words(), now), state.engine.name, words());
  };
  const timer = setInterval(() => {
    // A panel or a notification server that comes later than we do, as at login.
    if (looked && (!desktop.tray || !desktop.notifications)) look().catch(report);
    else refresh();
  }, lookAgainMs);
  const safely = (work: () => void) => () => {
    try {
      work();
    } catch (error) {
      report(error);
    }
  };
  const doOrTell = async (what: 'verify' | 'start'): Promise<void> => {
    if (session === undefined) return;
    const done = await act(what, session.target.id);
    if (done.ok) return;
    const translate = await loadTranslator(desktopLanguage(preferences().language, systemLanguage()));
    const notice = failedNotice(words(), what, done.error, translate);
    if (desktop.notifications) showNotice(notice, window);
    else
      await dialog.showMessageBox({
        type: 'error',
        title: 'Bulkhead',
        message: notice.title,
        detail: notice.body,
      });
  };

  let looked = false;
  const look = async (): Promise<DesktopState> => {
    looked = true;
    const [hasTray, shows, starts] = await Promise.all([
      trayAvailable(),
      notificationsAvailable(Notification.isSupported()),
      login.isOn(),
    ]);
    if (hasTray && tray === undefined && session !== undefined) {
      const first = trayState(session.state.get(), words(), Date.now());
      tray = openTray(first, {
        open: safely(() => {
          showWindow(window());
        }),
        quit: safely(() => {
          app.quit();
        }),
        verify: () => {
          doOrTell('verify').catch(report);
        },
        start: () => {
          doOrTell('start').catch(report);
        },
        // Containers may be running: the window asks, and names how many.
        stop: safely(() => {
          showWindow(window(), { page: 'overview', params: { ask: 'stop' } });
        }),
      });
    }
    tell({ tray: hasTray, notifications: shows, startsAtLogin: starts });
    refresh();
    return desktop;
  };

  return {
    state: () => desktop,
    look,
    follow(next) {
      session = next;
      notices.forget();
      next.state.set({ desktop });
      unfollow();
      unfollow = next.activity.onBatch((batch) => {
        if (!batch.history) notices.decided(batch.entries, batch.left);
      });
      next.state.onChange(() => {
        if (session === next) refresh();
      });
      refresh();
    },
    keepsInTray: () => tray !== undefined && preferences().closeToTray,
    async setStartAtLogin(on) {
      if (!login.supported())
        return fail('input.unusable', message('app.this-system-starts-nothing-at-login'));
      try {
        await login.set(on);
      } catch (cause) {
        return fail(
          'internal',
          message('app.start-at-login-could-not-be-turned', { value: on ? 'on' : 'off' }),
          { cause },
        );
      }
      tell({ startsAtLogin: await login.isOn() });
      return ok(desktop);
    },
    close() {
      clearInterval(timer);
      unfollow();
      notices.forget();
      tray?.destroy();
      tray = undefined;
    },
  };
}

const systemLanguage = (): string => app.getPreferredSystemLanguages()[0] ?? app.getLocale();

/** Kept until it is gone: a notification that is collected as garbage forgets what its click should do. */
const shown = new Set<Notification>();

function showNotice(notice: Omit<Notice, 'kind'>, window: () => BrowserWindow | undefined): void {
  const notification = new Notification({ title: notice.title, body: notice.body, icon: iconFile('app') });
  const done = () => {
    shown.delete(notification);
  };
  notification.on('click', () => {
    done();
    showWindow(window(), notice.place);
  });
  notification.on('close', done);
  notification.on('failed', done);
  shown.add(notification);
  // Servers that say nothing of closed ones must not make this grow.
  const [oldest] = shown;
  if (shown.size > 50 && oldest !== undefined) shown.delete(oldest);
  notification.show();
}
