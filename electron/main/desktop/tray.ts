import { setTimeout as delay } from 'node:timers/promises';
import { Menu, Tray, nativeImage, type MenuItemConstructorOptions } from 'electron';
import type { DesktopLabels } from '../../../shared/desktop/labels.ts';
import { iconFile } from '../window/places.ts';
import { onSessionBus } from './session-bus.ts';
import type { TrayState } from './tray-state.ts';

export interface TrayActions {
  open(): void;
  verify(): void;
  start(): void;
  stop(): void;
  quit(): void;
}

/** The icon in the desktop's tray. Its shape and its sentence express the state; the rest is in the menu. */
export interface AppTray {
  show(state: TrayState, name: string, labels: DesktopLabels): void;
  destroy(): void;
}

export function openTray(first: TrayState, actions: TrayActions): AppTray {
  const tray = new Tray(imageOf(first));
  // If the desktop passes clicks on; otherwise a click opens the menu, which has the same item.
  tray.on('click', () => {
    actions.open();
  });
  let lastMenu = '';
  return {
    show(state, name, labels) {
      // Setting the menu again closes an open one, and the state of a busy engine is read several times a
      // second.
      const now = JSON.stringify([state, name, labels.menu]);
      if (now === lastMenu) return;
      lastMenu = now;
      tray.setImage(imageOf(state));
      tray.setToolTip(`Bulkhead · ${name}: ${state.sentence}`);
      tray.setContextMenu(Menu.buildFromTemplate(trayMenu(state, name, labels, actions)));
    },
    destroy() {
      tray.destroy();
    },
  };
}

/** The menu in Electron's form. */
export function trayMenu(
  state: TrayState,
  name: string,
  labels: DesktopLabels,
  actions: TrayActions,
): MenuItemConstructorOptions[] {
  const { engine } = state;
  return [
    { label: `${name}: ${state.sentence}`, enabled: false },
    { type: 'separator' },
    {
      label: labels.menu.open,
      click: () => {
        actions.open();
      },
    },
    {
      label: labels.menu.verify,
      enabled: state.canVerify,
      click: () => {
        actions.verify();
      },
    },
    {
      label: engine === 'stop' ? labels.menu.stop : labels.menu.start,
      enabled: engine !== null,
      click: () => {
        if (engine !== null) actions[engine]();
      },
    },
    { type: 'separator' },
    {
      label: labels.menu.quit,
      click: () => {
        actions.quit();
      },
    },
  ];
}

/** macOS colours template images itself; Electron finds the @2x and @3x files next to the given one. */
function imageOf(state: TrayState) {
  const mac = process.platform === 'darwin';
  const image = nativeImage.createFromPath(iconFile(mac ? `${state.icon}Template` : state.icon));
  if (mac) image.setTemplateImage(true);
  return image;
}

/**
 * Whether an icon would be visible. macOS and Windows always have a tray; on Linux the session's bus must
 * have a host for it. The bus itself is queried, since Electron silently creates a tray even if nobody
 * displays it.
 */
export function trayAvailable(platform = process.platform): Promise<boolean> {
  if (platform === 'darwin' || platform === 'win32') return Promise.resolve(true);
  if (platform !== 'linux') return Promise.resolve(false);
  return onSessionBus('org.kde.StatusNotifierWatcher');
}

/**
 * Waits for a tray up to `seconds`: for an app that starts with the user's session, whose panel may start
 * later.
 */
export async function waitForTray({
  available = trayAvailable,
  wait = (ms: number) => delay(ms),
  seconds = 15,
} = {}): Promise<boolean> {
  for (let secondsLeft = seconds; ; secondsLeft--) {
    if (await available()) return true;
    if (secondsLeft <= 0) return false;
    await wait(1000);
  }
}
