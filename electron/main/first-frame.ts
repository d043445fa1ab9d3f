import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { BrowserWindow } from 'electron';

/** Milliseconds from the start of this process to now. */
export function msSinceProcessStart(): number {
  // From /proc: exact to 10 ms. Electron's own getCreationTime() is off by up to a second there, since it
  // adds whole seconds of the boot time.
  const [stat, uptime] =
    process.platform === 'linux' ? [read('/proc/self/stat'), read('/proc/uptime')] : ['', ''];
  const started = startTicks(stat);
  if (started !== null && uptime !== '')
    return Math.round(Number(uptime.split(' ')[0]) * 1000 - started * 10);
  const created = process.getCreationTime();
  return Math.round(created === null ? process.uptime() * 1000 : Date.now() - created);
}

/**
 * Field 22 of /proc/PID/stat, in hundredths of a second since boot. The name before it may contain spaces and
 * brackets.
 */
export function startTicks(stat: string): number | null {
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  return Number.isFinite(ticks) && ticks > 0 ? ticks : null;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const marks: string[] = [];
/** Records when a step of the start was reached, for `--measure`. */
export function markStartStep(step: string): void {
  marks.push(`${step} ${msSinceProcessStart()}`);
}
/** The recorded steps, in ms since the process started: `code 110, ready 170, …`. */
export const startStepsText = (): string => marks.join(', ');

/** Writes the window's content as PNG, creating directories as needed. */
export async function writeScreenshot(window: BrowserWindow, file: string): Promise<void> {
  await window.webContents.executeJavaScript(`(${pageSettled.toString()})()`);
  const image = await window.webContents.capturePage();
  await mkdir(path.dirname(file), { recursive: true });
  // A process that waits for the file must not see a part of it.
  await writeFile(`${file}.part`, image.toPNG());
  await rename(`${file}.part`, file);
}

/**
 * Runs in the page: resolves when the page has a heading, its fonts are loaded and two more frames are
 * painted; after 5 s at most.
 */
function pageSettled(): Promise<void> {
  return new Promise((resolve) => {
    const giveUp = performance.now() + 5000;
    const checkHeading = () => {
      if (
        performance.now() < giveUp &&
        (document.querySelector('main h1') === null || document.fonts.status !== 'loaded')
      )
        requestAnimationFrame(checkHeading);
      else
        requestAnimationFrame(() => {
          requestAnimationFrame(() => {
            resolve();
          });
        });
    };
    checkHeading();
  });
}
