import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserWindow } from 'electron';

/** Milliseconds from the start of this process to `now`. */
export function sinceProcessStart(now = Date.now()): number {
  // Electron's own, in ms since the epoch; null where the system does not tell.
  const created = process.getCreationTime();
  return Math.round(created === null ? process.uptime() * 1000 : now - created);
}

/** Writes what the window shows as PNG, making directories as needed. */
export async function writeScreenshot(window: BrowserWindow, file: string): Promise<void> {
  await window.webContents.executeJavaScript(`(${pageSettled.toString()})()`);
  const image = await window.webContents.capturePage();
  await mkdir(path.dirname(file), { recursive: true });
  // Whoever waits for the file must not see half of it.
  await writeFile(`${file}.part`, image.toPNG());
  await rename(`${file}.part`, file);
}

/** Runs in the page: resolves when the page has a heading, its fonts are there and two more frames are painted; after 5 s at most. */
function pageSettled(): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = performance.now() + 5000;
    const look = () => {
      if (performance.now() < giveUp && (document.querySelector('main h1') === null || document.fonts.status !== 'loaded')) requestAnimationFrame(look);
      else requestAnimationFrame(() => { requestAnimationFrame(() => { resolve(); }); });
    };
    look();
  });
}
