import { existsSync } from 'node:fs';
import path from 'node:path';
import { app, BrowserWindow, Menu, nativeTheme, screen, type MenuItemConstructorOptions } from 'electron';
import { hashOf, type DeepLink } from '../../../shared/desktop/deep-link.ts';
import type { DesktopLabels } from '../../../shared/desktop/labels.ts';
import type { ZoomChange } from '../../../shared/ipc/user-choices.ts';
import { appUrl } from './app-protocol.ts';
import { sendEvent } from '../ipc/send.ts';
import { iconFile } from './places.ts';
import type { UserStore, WindowState } from '../../session/preferences.ts';

/** The shell colour of each theme: the background until the page paints, so that nothing flashes. */
const shellColour = () => (nativeTheme.shouldUseDarkColors ? '#101215' : '#F3F4F6');

/**
 * On Linux without a graphics device, Chromium would start a process for it, see it fail, and start over: a
 * tenth of a second, sometimes a whole one. Before the app is ready.
 */
export function disableGpuWithoutDevice(): void {
  if (process.platform === 'linux' && !existsSync('/dev/dri')) app.disableHardwareAcceleration();
}

export interface WindowOptions {
  /** Absolute path. */
  readonly preload: string;
  readonly devTools: boolean;
  /** What to load: a page of the app. */
  readonly address: string;
  /** Stay hidden when the first frame is ready. */
  readonly hidden: boolean;
}

/** Opens the window, hidden until its first frame is ready. */
export function openWindow(
  store: UserStore,
  { preload, devTools, address, hidden }: WindowOptions,
): BrowserWindow {
  const remembered = onScreen(
    store.windowState(),
    screen.getAllDisplays().map((display) => display.workArea),
  );
  const window = new BrowserWindow({
    ...(remembered.x === undefined || remembered.y === undefined ? {} : { x: remembered.x, y: remembered.y }),
    width: remembered.width,
    height: remembered.height,
    minWidth: 900,
    minHeight: 600,
    show: false,
    icon: iconFile('app'),
    title: 'Bulkhead',
    backgroundColor: shellColour(),
    autoHideMenuBar: true,
    // macOS keeps its own buttons; elsewhere the page renders them and uses `window:action`.
    ...(process.platform === 'darwin'
      ? { titleBarStyle: 'hiddenInset' as const, trafficLightPosition: { x: 16, y: 13 } }
      : { frame: false }),
    webPreferences: {
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      zoomFactor: store.preferences().zoomPercent / 100,
      devTools,
    },
  });
  if (remembered.maximized) window.maximize();
  if (!hidden)
    window.once('ready-to-show', () => {
      window.show();
    });
  nativeTheme.on('updated', () => {
    if (!window.isDestroyed()) window.setBackgroundColor(shellColour());
  });
  rememberState(window, store);
  void window.loadURL(address);
  return window;
}

/** Shows the window, at a place if one is given. */
export function showWindow(window: BrowserWindow | undefined, place?: DeepLink | null): void {
  if (window === undefined || window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
  if (place !== undefined && place !== null)
    sendEvent(window, 'navigate', { page: place.page, params: { ...place.params } });
}

/** The address to load the window with. */
export const addressOf = (place: DeepLink | null): string =>
  place === null ? appUrl : `${appUrl}#${hashOf(place)}`;

/** The stored state, without its position when no display shows enough of the title bar to drag it. */
export function onScreen(
  state: WindowState,
  areas: readonly { x: number; y: number; width: number; height: number }[],
): WindowState {
  const { x, y, ...rest } = state;
  const size = { ...rest, width: Math.max(900, rest.width), height: Math.max(600, rest.height) };
  if (x === undefined || y === undefined) return size;
  const visible = areas.some(
    (a) => x + size.width > a.x + 100 && x < a.x + a.width - 100 && y >= a.y && y < a.y + a.height - 40,
  );
  return visible ? { ...size, x, y } : size;
}

function rememberState(window: BrowserWindow, store: UserStore): void {
  let pending: NodeJS.Timeout | undefined;
  const save = () => {
    clearTimeout(pending);
    if (window.isDestroyed() || window.isMinimized()) return;
    store.setWindowState({ ...window.getNormalBounds(), maximized: window.isMaximized() });
  };
  const scheduleSave = () => {
    clearTimeout(pending);
    pending = setTimeout(save, 400);
  };
  window.on('resize', scheduleSave);
  window.on('move', scheduleSave);
  window.on('maximize', scheduleSave);
  window.on('unmaximize', scheduleSave);
  window.on('close', save);
}

/** The menu of the size of the window's content. */
export interface ViewMenu {
  readonly labels: Pick<DesktopLabels, 'view'>;
  readonly onZoom: (change: ZoomChange) => void;
}

/** Edit shortcuts need a menu on macOS; elsewhere there is none. Without `view` the page has its own keys. */
export function setMenu(view?: ViewMenu): void {
  const template = menuTemplate(process.platform, view);
  Menu.setApplicationMenu(template === null ? null : Menu.buildFromTemplate(template));
}

/**
 * The application menu; null where there is none. Its zoom is the window's own, which is stored and has
 * limits: not that of Electron's roles. Not run on a real macOS.
 */
export function menuTemplate(
  platform: NodeJS.Platform,
  view?: ViewMenu,
): MenuItemConstructorOptions[] | null {
  if (platform !== 'darwin') return null;
  return [
    { role: 'appMenu' },
    { role: 'editMenu' },
    ...(view === undefined ? [] : [viewMenu(view)]),
    { role: 'windowMenu' },
  ];
}

function viewMenu({ labels: { view }, onZoom }: ViewMenu): MenuItemConstructorOptions {
  const item = (change: ZoomChange, key: string): MenuItemConstructorOptions => ({
    label: view[change],
    accelerator: `CommandOrControl+${key}`,
    click: () => {
      onZoom(change);
    },
  });
  return { label: view.title, submenu: [item('reset', '0'), item('in', 'Plus'), item('out', '-')] };
}

/** dist/electron/preload.cjs, beside the main script. */
export const preloadPath = (mainDirectory: string): string => path.join(mainDirectory, 'preload.cjs');
