import { app, BrowserWindow, session } from 'electron';
import { writeScreenshot } from '../main/first-frame.ts';
import { hardenCommandLine, hardenContents, hardenSession } from '../main/security.ts';
import type { ServePages } from '../main/start-app.ts';
import { appHost, appScheme, registerAppScheme } from '../main/window/app-protocol.ts';
import { disableGpuWithoutDevice, setMenu } from '../main/window/window.ts';

export interface InventedWindowOptions {
  /** Path, query and fragment of a page of `renderer/dev`. */
  readonly page: string;
  readonly servePages: ServePages;
  /** PNG to write when the page is rendered. */
  readonly screenshot: string | null;
}

/**
 * Opens a window without engine, preload and requests: its page responds to itself with an invented state.
 */
export async function openInventedWindow({
  page,
  servePages,
  screenshot,
}: InventedWindowOptions): Promise<void> {
  registerAppScheme();
  hardenCommandLine();
  disableGpuWithoutDevice();
  hardenContents();
  app.on('window-all-closed', () => {
    app.quit();
  });
  await app.whenReady();
  setMenu();
  hardenSession(session.defaultSession);
  void servePages(session.defaultSession);
  const window = new BrowserWindow({
    width: 1280,
    height: 800,
    title: 'Bulkhead, invented state',
    autoHideMenuBar: true,
    webPreferences: { contextIsolation: true, sandbox: true, nodeIntegration: false, spellcheck: false },
  });
  await window.loadURL(`${appScheme}://${appHost}/${page}`);
  if (screenshot === null) return;
  await writeScreenshot(window, screenshot);
  console.log(`screenshot: ${screenshot}`);
}
