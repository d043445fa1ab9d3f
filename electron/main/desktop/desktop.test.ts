import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { targetCapabilities } from '../../../renderer/dev/app-fixture.ts';
import { noPolicyFacts } from '../../../shared/enforcement/policy-facts.ts';
import type { AppState } from '../../../shared/ipc/app-state.ts';
import { desktopLabels } from '../../../shared/desktop/labels.ts';
import type { Session } from '../../session/session.ts';

const panel = { there: false, opened: 0, menus: 0 };
class FakeTray {
  on() {
    /* never clicked */
  }
  setImage() {
    /* never shown */
  }
  setToolTip() {
    /* not used either */
  }
  setContextMenu() {
    panel.menus++;
  }
  destroy() {
    /* removed */
  }
}
vi.mock('electron', () => ({
  app: {
    getPreferredSystemLanguages: () => ['en'],
    getLocale: () => 'en',
    getPath: () => '/nowhere',
    quit: () => undefined,
  },
  dialog: {},
  Tray: FakeTray,
  Notification: { isSupported: () => true },
  Menu: { buildFromTemplate: () => ({}) },
  nativeImage: { createFromPath: () => ({}) },
}));
vi.mock('./start-at-login.ts', () => ({
  startAtLogin: () => ({
    supported: () => true,
    isOn: () => Promise.resolve(false),
    set: () => Promise.resolve(),
  }),
}));
vi.mock('../window/places.ts', () => ({ iconFile: () => '/nowhere/icon.png' }));
vi.mock('./tray.ts', async (original) => {
  const real = await original<typeof import('./tray.ts')>();
  return {
    ...real,
    trayAvailable: () => Promise.resolve(panel.there),
    openTray: (...args: Parameters<typeof real.openTray>) => {
      panel.opened++;
      return real.openTray(...args);
    },
  };
});
vi.mock('./notifications.ts', () => ({ notificationsAvailable: () => Promise.resolve(panel.there) }));
const { createDesktop } = await import('./desktop.ts');
const { openTray, waitForTray: trayComing } = await import('./tray.ts');

beforeEach(() => {
  vi.useFakeTimers();
  Object.assign(panel, { there: false, opened: 0, menus: 0 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Only the parts that the desktop uses of a session. */
function session(): { session: Session; desktop: () => AppState['desktop'] | undefined } {
  let desktop: AppState['desktop'] | undefined;
  const state = {
    target: { capabilities: targetCapabilities.embedded },
    engine: { phase: 'stopped', name: 'box', problem: null },
    settings: { applied: '', exists: false, readError: null, policyFacts: noPolicyFacts },
    verification: null,
    scan: null,
    run: null,
    recreation: null,
    removal: null,
    busy: { scanning: false, verifying: false, engine: null },
  };
  return {
    desktop: () => desktop,
    session: {
      state: {
        get: () => state,
        set: (parts: Partial<AppState>) => {
          desktop = parts.desktop ?? desktop;
        },
        onChange: () => () => undefined,
      },
      activity: { onBatch: () => () => undefined },
    } as unknown as Session,
  };
}

it('checks again for a panel and a notification server that start later than the app', async () => {
  const desktop = createDesktop({
    window: () => undefined,
    preferences: () => ({
      theme: 'system',
      language: 'en',
      zoomPercent: 100,
      notifyDenied: true,
      notifyUnprotected: true,
      notifyProtection: true,
      closeToTray: true,
    }),
    act: () => Promise.resolve({ ok: true, value: null }),
    report: (error) => {
      throw error;
    },
  });
  const followed = session();
  desktop.follow(followed.session);
  expect(await desktop.detect()).toMatchObject({ tray: false, notifications: false });
  expect(desktop.keepsInTray()).toBe(false);
  panel.there = true;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(followed.desktop()).toMatchObject({ tray: true, notifications: true });
  expect(desktop.keepsInTray()).toBe(true);
  // Found: no further check.
  await vi.advanceTimersByTimeAsync(180_000);
  expect(panel.opened).toBe(1);
  desktop.close();
});

it('an app that starts with the session waits a little for the panel, and no longer', async () => {
  let requestCount = 0;
  const waited: number[] = [];
  const wait = (ms: number) => {
    waited.push(ms);
    return Promise.resolve();
  };
  expect(await trayComing({ available: () => Promise.resolve(++requestCount > 3), wait })).toBe(true);
  expect(waited).toHaveLength(3);
  expect(await trayComing({ available: () => Promise.resolve(false), wait })).toBe(false);
  expect(waited).toHaveLength(18);
});

it('the menu is set again only when its content changes: that closes an open one', () => {
  const nothing = () => undefined;
  const state = { icon: 'protected', sentence: 'Protected', canVerify: true, engine: 'stop' } as const;
  const tray = openTray(state, {
    open: nothing,
    verify: nothing,
    start: nothing,
    stop: nothing,
    quit: nothing,
  });
  for (let n = 0; n < 5; n++) tray.show({ ...state }, 'box', desktopLabels('en', ''));
  expect(panel.menus).toBe(1);
  tray.show({ ...state, canVerify: false }, 'box', desktopLabels('en', ''));
  tray.show({ ...state, canVerify: false }, 'box', desktopLabels('zh-CN', ''));
  expect(panel.menus).toBe(3);
});
