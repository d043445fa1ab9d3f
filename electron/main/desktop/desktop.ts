import { app, dialog, Notification, type BrowserWindow } from 'electron';
import { createNotices, failedNotice, type Notice } from '../../../shared/desktop/notices.ts';
import { desktopLanguage, desktopLabels, type DesktopLabels } from '../../../shared/desktop/labels.ts';
import type { DesktopState } from '../../../shared/ipc/app-state.ts';
import type { Preferences } from '../../../shared/ipc/user-choices.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { Session } from '../../session/session.ts';
import { showWindow } from '../window/window.ts';
import { notificationsAvailable, showNotification } from './notifications.ts';
import { startAtLogin } from './start-at-login.ts';
import { systemLanguage } from './system-language.ts';
import { openTray, trayAvailable, type AppTray } from './tray.ts';
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
  /** Follows a session until another one is followed. */
  follow(session: Session): void;
  /** Whether closing the window leaves the app in the tray. */
  keepsInTray(): boolean;
  setStartAtLogin(on: boolean): Promise<Result<DesktopState, AppError>>;
  close(): void;
}

export interface DesktopOptions {
  readonly window: () => BrowserWindow | undefined;
  readonly preferences: () => Preferences;
  /**
   * What the tray's menu does with its engine (a target's id), like the window's buttons. The result appears
   * in the state.
   */
  readonly act: (what: 'verify' | 'start', engine: string) => Promise<Result<unknown, AppError>>;
  readonly report: (error: unknown) => void;
}

/** A verification expires without any event: the state is computed again at this interval. */
const refreshIntervalMs = 60_000;

export function createDesktop(options: DesktopOptions): Desktop {
  return new AppDesktop(options);
}

class AppDesktop implements Desktop {
  readonly #options: DesktopOptions;
  readonly #login = startAtLogin();
  readonly #notices: ReturnType<typeof createNotices>;
  readonly #timer: NodeJS.Timeout;
  #state: DesktopState;
  #isDetected = false;
  #tray: AppTray | undefined;
  #session: Session | undefined;
  #unfollow: () => void = () => undefined;

  constructor(options: DesktopOptions) {
    this.#options = options;
    this.#state = {
      tray: false,
      notifications: false,
      canStartAtLogin: this.#login.supported(),
      startsAtLogin: false,
    };
    this.#notices = createNotices({
      labels: () => this.#labels(),
      show: (notice) => {
        showNotification(notice, options.window);
      },
      isEnabled: (kind) => this.#notifies(kind),
      inFront: () => {
        const w = options.window();
        return w !== undefined && !w.isDestroyed() && w.isVisible() && w.isFocused();
      },
    });
    this.#timer = setInterval(() => {
      // A panel or a notification server that starts later than we do, as at login.
      if (this.#isDetected && (!this.#state.tray || !this.#state.notifications))
        this.detect().catch(options.report);
      else this.#refresh();
    }, refreshIntervalMs);
  }

  state(): DesktopState {
    return this.#state;
  }

  async detect(): Promise<DesktopState> {
    this.#isDetected = true;
    const [hasTray, shows, starts] = await Promise.all([
      trayAvailable(),
      notificationsAvailable(Notification.isSupported()),
      this.#login.isOn(),
    ]);
    if (hasTray && this.#tray === undefined && this.#session !== undefined)
      this.#tray = this.#openTray(this.#session);
    this.#update({ tray: hasTray, notifications: shows, startsAtLogin: starts });
    this.#refresh();
    return this.#state;
  }

  follow(next: Session): void {
    this.#session = next;
    this.#notices.reset();
    next.state.set({ desktop: this.#state });
    this.#unfollow();
    this.#unfollow = next.activity.onBatch((batch) => {
      if (!batch.history) this.#notices.decided(batch.entries, batch.left);
    });
    next.state.onChange(() => {
      if (this.#session === next) this.#refresh();
    });
    this.#refresh();
  }

  keepsInTray(): boolean {
    return this.#tray !== undefined && this.#options.preferences().closeToTray;
  }

  async setStartAtLogin(on: boolean): Promise<Result<DesktopState, AppError>> {
    if (!this.#login.supported()) return fail('input.unusable', message('app.autostart-unsupported'));
    try {
      await this.#login.set(on);
    } catch (cause) {
      return fail('internal', message('app.autostart-change-failed', { value: on ? 'on' : 'off' }), {
        cause,
      });
    }
    this.#update({ startsAtLogin: await this.#login.isOn() });
    return ok(this.#state);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#unfollow();
    this.#notices.reset();
    this.#tray?.destroy();
    this.#tray = undefined;
  }

  #labels(): DesktopLabels {
    return desktopLabels(this.#options.preferences().language, systemLanguage());
  }

  #notifies(kind: Notice['kind']): boolean {
    const { notifyDenied, notifyUnprotected, notifyProtection } = this.#options.preferences();
    return (
      this.#state.notifications &&
      { denied: notifyDenied, unprotected: notifyUnprotected, protection: notifyProtection }[kind]
    );
  }

  #update(part: Partial<DesktopState>): void {
    this.#state = { ...this.#state, ...part };
    this.#session?.state.set({ desktop: this.#state });
  }

  #refresh(): void {
    if (this.#session === undefined) return;
    const state = this.#session.state.get();
    const now = Date.now();
    this.#notices.engine(factsOf(state, now));
    this.#tray?.show(trayState(state, this.#labels(), now), state.engine.name, this.#labels());
  }

  #openTray(session: Session): AppTray {
    const { window, report } = this.#options;
    const safely = (work: () => void) => () => {
      try {
        work();
      } catch (error) {
        report(error);
      }
    };
    const act = (what: 'verify' | 'start') => () => {
      this.#actOrNotify(what).catch(report);
    };
    return openTray(trayState(session.state.get(), this.#labels(), Date.now()), {
      open: safely(() => {
        showWindow(window());
      }),
      quit: safely(() => {
        app.quit();
      }),
      verify: act('verify'),
      start: act('start'),
      // Containers may be running: the window asks for confirmation, and shows their number.
      stop: safely(() => {
        showWindow(window(), { page: 'overview', params: { ask: 'stop' } });
      }),
    });
  }

  async #actOrNotify(what: 'verify' | 'start'): Promise<void> {
    const { act, preferences, window } = this.#options;
    if (this.#session === undefined) return;
    const result = await act(what, this.#session.target.id);
    if (result.ok) return;
    const translate = await loadTranslator(desktopLanguage(preferences().language, systemLanguage()));
    const notice = failedNotice(this.#labels(), what, result.error, translate);
    if (this.#state.notifications) showNotification(notice, window);
    else
      await dialog.showMessageBox({
        type: 'error',
        title: 'Bulkhead',
        message: notice.title,
        detail: notice.body,
      });
  }
}
