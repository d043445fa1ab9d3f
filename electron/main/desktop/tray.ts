import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { Menu, Tray, nativeImage, type MenuItemConstructorOptions } from 'electron';
import type { DesktopLabels } from '../../../shared/desktop/labels.ts';
import { iconFile } from '../window/places.ts';
import type { TrayState } from './tray-state.ts';

export interface TrayActions {
  open(): void;
  verify(): void;
  start(): void;
  stop(): void;
  quit(): void;
}

/** The icon in the desktop's tray. Its shape and its sentence say the state; the rest is in the menu. */
export interface AppTray {
  show(state: TrayState, name: string, labels: DesktopLabels): void;
  destroy(): void;
}

export function openTray(first: TrayState, actions: TrayActions): AppTray {
  const tray = new Tray(imageOf(first));
  // Where the desktop passes clicks on; elsewhere a click opens the menu, which has it too.
  tray.on('click', () => {
    actions.open();
  });
  let lastMenu = '';
  return {
    show(state, name, labels) {
      // A menu that is open is closed by setting it anew, and the state of a busy engine is read several
      // times a second.
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

/** The menu, as Electron takes it. */
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

/**
 * macOS colours template images itself; Electron finds the @2x and @3x files beside the one that is named.
 */
function imageOf(state: TrayState) {
  const mac = process.platform === 'darwin';
  const image = nativeImage.createFromPath(iconFile(mac ? `${state.icon}Template` : state.icon));
  if (mac) image.setTemplateImage(true);
  return image;
}

/**
 * Whether an icon would be seen. macOS and Windows always have a tray; on Linux somebody on the session's bus
 * must be a host for it. Asked of the bus itself, since Electron makes a tray that nobody shows without a
 * word.
 */
export function trayAvailable(platform = process.platform): Promise<boolean> {
  if (platform === 'darwin' || platform === 'win32') return Promise.resolve(true);
  if (platform !== 'linux') return Promise.resolve(false);
  return onSessionBus('org.kde.StatusNotifierWatcher');
}

/** The same for an app that starts with the person's session, whose panel may come a little later. */
export async function trayComing({
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

/**
 * Whether somebody shows notifications: on Linux a name on the session's bus, or one that the bus would
 * start.
 */
export async function notificationsAvailable(
  supported: boolean,
  platform = process.platform,
): Promise<boolean> {
  if (!supported || platform !== 'linux') return supported;
  return onSessionBus('org.freedesktop.Notifications');
}

function onSessionBus(name: string): Promise<boolean> {
  const callMethod = (method: string, args: readonly string[], accepts: (reply: string) => boolean) =>
    new Promise<boolean>((resolve) => {
      execFile(
        '/usr/bin/dbus-send',
        [
          '--session',
          '--print-reply=literal',
          '--reply-timeout=1500',
          '--dest=org.freedesktop.DBus',
          '/org/freedesktop/DBus',
          `org.freedesktop.DBus.${method}`,
          ...args,
        ],
        { timeout: 3000 },
        (error, stdout) => {
          resolve(error === null && accepts(stdout));
        },
      );
    });
  return callMethod('NameHasOwner', [`string:${name}`], (reply) => reply.includes('true')).then(
    (owned) => owned || callMethod('ListActivatableNames', [], (reply) => reply.split(/\s+/).includes(name)),
  );
}
