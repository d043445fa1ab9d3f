import { app, dialog, Notification, type BrowserWindow } from 'electron';
import { createNotices, failedNotice, type Notice } from '../../../shared/desktop/notices.ts';
import { desktopLanguage, desktopLabels, type DesktopLabels } from '../../../shared/desktop/labels.ts';
import type { DesktopState } from '../../../shared/ipc/app-state.ts';
import type { Preferences } from '../../../shared/ipc/user-choices.ts';
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
   * Detects what this desktop supports, and adds the tray icon. Called after the first frame, not awaited.
   */
  detect(): Promise<DesktopState>;
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

/** A verification expires without any event: the state is computed again at this interval. */
const refreshIntervalMs = 60_000;

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
  const labels = (): DesktopLabels => desktopLabels(preferences().language, systemLanguage());
  const update = (part: Partial<DesktopState>) => {
    desktop = { ...desktop, ...part };
    session?.state.set({ desktop });
  };

  const notices = createNotices({
    labels,
    show: (notice) => {
      showNotice(notice, window);
    },
    isEnabled: (kind) => {
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
    tray?.show(trayState(state, labels(), now), state.engine.name, labels());
  };
  const timer = setInterval(() => {
    // A panel or a notification server that comes later than we do, as at login.
    if (detected && (!desktop.tray || !desktop.notifications)) detect().catch(report);
    else refresh();
  }, refreshIntervalMs);
  const safely = (work: () => void) => () => {
    try {
      work();
    } catch (error) {
      report(error);
    }
  };
  const actOrNotify = async (what: 'verify' | 'start'): Promise<void> => {
    if (session === undefined) return;
    const result = await act(what, session.target.id);
    if (result.ok) return;
    const translate = await loadTranslator(desktopLanguage(preferences().language, systemLanguage()));
    const notice = failedNotice(labels(), what, result.error, translate);
    if (desktop.notifications) showNotice(notice, window);
    else
      await dialog.showMessageBox({
        type: 'error',
        title: 'Bulkhead',
        message: notice.title,
        detail: notice.body,
      });
  };

  let detected = false;
  const detect = async (): Promise<DesktopState> => {
    detected = true;
    const [hasTray, shows, starts] = await Promise.all([
      trayAvailable(),
      notificationsAvailable(Notification.isSupported()),
      login.isOn(),
    ]);
    if (hasTray && tray === undefined && session !== undefined) {
      const first = trayState(session.state.get(), labels(), Date.now());
      tray = openTray(first, {
        open: safely(() => {
          showWindow(window());
        }),
        quit: safely(() => {
          app.quit();
        }),
        verify: () => {
          actOrNotify('verify').catch(report);
        },
        start: () => {
          actOrNotify('start').catch(report);
        },
        // Containers may be running: the window asks, and names how many.
        stop: safely(() => {
          showWindow(window(), { page: 'overview', params: { ask: 'stop' } });
        }),
      });
    }
    update({ tray: hasTray, notifications: shows, startsAtLogin: starts });
    refresh();
    return desktop;
  };

  return {
    state: () => desktop,
    detect,
    follow(next) {
      session = next;
      notices.reset();
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
      update({ startsAtLogin: await login.isOn() });
      return ok(desktop);
    },
    close() {
      clearInterval(timer);
      unfollow();
      notices.reset();
      tray?.destroy();
      tray = undefined;
    },
  };
}

const systemLanguage = (): string => app.getPreferredSystemLanguages()[0] ?? app.getLocale();

/** Kept until it is gone: a notification that is collected as garbage forgets what its click should do. */
const openNotifications = new Set<Notification>();

function showNotice(notice: Omit<Notice, 'kind'>, window: () => BrowserWindow | undefined): void {
  const notification = new Notification({ title: notice.title, body: notice.body, icon: iconFile('app') });
  const result = () => {
    openNotifications.delete(notification);
  };
  notification.on('click', () => {
    result();
    showWindow(window(), notice.place);
  });
  notification.on('close', result);
  notification.on('failed', result);
  openNotifications.add(notification);
  // Servers that say nothing of closed ones must not make this grow.
  const [oldest] = openNotifications;
  if (openNotifications.size > 50 && oldest !== undefined) openNotifications.delete(oldest);
  notification.show();
}
