import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import axe, { type AxeResults, type RunOptions } from 'axe-core';
import { chromium, type Browser, type Page } from 'playwright';
import { build, preview } from 'vite';

/**
 * The renderer as built for the product, with invented states (`renderer/dev`), in a current Chromium:
 * Debian's, or the one in CHROMIUM.
 */
export interface BrowserPages {
  readonly browser: Browser;
  /** Opens one page; resolves when its content is painted and its fonts are loaded. */
  open(look: PageLook): Promise<OpenPage>;
  stop(): Promise<void>;
}

export interface PageLook {
  /** A state of `renderer/dev`. */
  readonly state: string;
  /** The address: `containers?show=unprotected`. */
  readonly address: string;
  readonly theme?: 'light' | 'dark';
  readonly language?: 'en' | 'zh-CN';
  readonly size?: { readonly width: number; readonly height: number };
  /** How many pixels of the screen a CSS pixel has, as in a window whose content is enlarged. */
  readonly scale?: number;
  readonly media?: {
    readonly forcedColors?: 'active' | 'none';
    readonly reducedMotion?: 'reduce' | 'no-preference';
  };
}

export interface OpenPage {
  readonly page: Page;
  /** Errors and warnings on the console, and exceptions, so far. */
  readonly complaints: string[];
  /** Returns the page: another state may be shown in it. Throws if it reported errors. */
  close(): Promise<void>;
}

/** Builds the renderer's development entry and starts a browser for it. Always pair with `stop`. */
export async function startBrowserPages(): Promise<BrowserPages> {
  const built = mkdtempSync(path.join(tmpdir(), 'bh-pages-'));
  const configFile = path.join(import.meta.dirname, '../../vite.config.ts');
  // Built, not served from source: the result of bundling is tested, and two concurrent runs don't disturb
  // each other.
  await build({
    configFile,
    logLevel: 'error',
    build: {
      outDir: built,
      emptyOutDir: true,
      reportCompressedSize: false,
      rolldownOptions: { input: path.join(import.meta.dirname, '../../renderer/dev/index.html') },
    },
  });
  const server = await preview({
    configFile,
    logLevel: 'error',
    build: { outDir: built },
    preview: { port: 0, host: '127.0.0.1' },
  });
  const base = server.resolvedUrls?.local[0] ?? '';
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
    ignoreDefaultArgs: ['--hide-scrollbars'],
  });
  const chunks = readdirSync(path.join(built, 'assets'))
    .filter((name) => name.endsWith('.js'))
    .map((name) => `${base}assets/${name}`);
  // A window shows one state after the other: loading the scripts again for each would take most of the time.
  const idle = new Map<string, OpenPage[]>();
  const load = async (locale: string, media: PageLook['media'], scale: number): Promise<OpenPage> => {
    const context = await browser.newContext({ locale, deviceScaleFactor: scale, ...media });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('pageerror', (error) => {
      complaints.push(error.message);
    });
    await page.goto(`${base}dev/index.html?later`);
    await page.waitForFunction(() => 'bulkheadShow' in window);
    // Parts that are loaded later (charts, editor) are available at once then.
    await page.evaluate(
      `Promise.all(${JSON.stringify(chunks)}.map((url) => import(url))).then(() => undefined)`,
    );
    return { page, complaints, close: () => context.close() };
  };
  return {
    browser,
    async open({
      state,
      address,
      theme = 'light',
      language = 'en',
      size = { width: 1280, height: 800 },
      scale = 1,
      media = {},
    }) {
      const locale = language === 'en' ? 'en-GB' : language;
      const key = JSON.stringify([locale, media, scale]);
      const waiting = idle.get(key) ?? [];
      idle.set(key, waiting);
      const shown = waiting.pop() ?? (await load(locale, media, scale));
      const { page } = shown;
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme: theme });
      await page.mouse.move(0, 0);
      await page.evaluate((where) => {
        (window as unknown as ShowsStates).bulkheadShow(where);
      }, /* the development entry's own */ `?state=${state}&lang=${language}#/${address}`);
      await page.locator('main h1, main [role="alert"]').first().waitFor();
      await settle(page);
      return {
        ...shown,
        async close() {
          await page.evaluate(() => {
            (window as unknown as ShowsStates).bulkheadShow(null);
          }); // from the development entry
          await settle(page);
          if (shown.complaints.length === 0) {
            waiting.push(shown);
            return;
          }
          // Not to meet the next look.
          await page.context().close();
          throw new Error(`the page complained: ${shown.complaints.join('; ')}`);
        },
      };
    },
    async stop() {
      await browser.close();
      await server.close();
      rmSync(built, { recursive: true, force: true });
    },
  };
}

/** Properties added by the development entry (`renderer/dev/main.tsx`). */
interface ShowsStates {
  readonly bulkheadShow: (address: string | null) => void;
}
/** What axe's own script puts there. */
interface HasAxe {
  readonly axe: { readonly run: (on: Document, options: RunOptions) => Promise<AxeResults> };
}

/** Resolves when fonts are loaded, animations have ended and no rendering is pending, or after 2 s. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const end = performance.now() + 2000;
    const frame = () =>
      new Promise((resolve) => {
        requestAnimationFrame(resolve);
      });
    // Including placeholders of what is being loaded (`LoadingRows`): React keeps them for a while.
    const isMoving = () =>
      document.querySelector('main [role="status"][aria-label]:empty, main .MuiSkeleton-root') !== null ||
      document.fonts.status !== 'loaded' ||
      document
        .getAnimations()
        .some(
          (one) => one.playState === 'running' && one.effect?.getComputedTiming().iterations !== Infinity,
        );
    const drawn = () => document.getElementsByTagName('*').length;
    for (let quiet = 0, before = drawn(); quiet < 4 && performance.now() < end;) {
      await frame();
      const now = drawn();
      quiet = isMoving() || now !== before ? 0 : quiet + 1;
      before = now;
    }
  });
}

/** axe's rules about colours. */
const ofColours: readonly string[] = ['color-contrast', 'link-in-text-block'];

/**
 * Findings of axe, one line per rule with the first elements. The whole page is checked. It runs in the page
 * itself (axe's legacy mode): without a second page for frames, which ours has none of and Electron can't
 * open; for passed rules only the verdict is requested, not each element. `colours`: only what another theme
 * may change.
 */
export async function axeFindings(page: Page, which: 'all' | 'colours' = 'all'): Promise<string[]> {
  const options: RunOptions = {
    resultTypes: ['violations'],
    ...(which === 'all' ? {} : { runOnly: [...ofColours] }),
  };
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const runAxe = () =>
    page.evaluate((axeOptions) => (window as unknown as HasAxe).axe.run(document, axeOptions), options);
  let { violations } = await runAxe();
  // A button that was fading while axe checked its colours has no finding a moment later. Findings that do
  // not concern colours count at once.
  if (violations.length > 0 && violations.every(({ id }) => ofColours.includes(id))) {
    await settle(page);
    ({ violations } = await runAxe());
  }
  return violations.map(
    (found) =>
      `${found.id} (${found.impact ?? '?'}): ${found.nodes
        .slice(0, 3)
        .map((node) => `${node.target.join(' ')} ${node.html.slice(0, 120)} ${node.any[0]?.message ?? ''}`)
        .join(' | ')}`,
  );
}

/**
 * Rows of tables in which the contents of two cells overlap, or a cell is too narrow for what it has: columns
 * that got less than their contents.
 */
export async function crowdedRows(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    /** Boxes of what is visible of an element, with that of its text. */
    const boxes = (element: Element): DOMRect[] => {
      const own = element.getBoundingClientRect();
      // Of what is cut off, or hidden except from screen readers, nothing else is seen.
      if (own.width <= 1 || /hidden|clip/.test(getComputedStyle(element).overflowX)) return [own];
      return [...element.childNodes].flatMap((child) => {
        if (child instanceof Element) return boxes(child);
        const range = document.createRange();
        range.selectNode(child);
        return [...range.getClientRects()];
      });
    };
    const overlap = (a: DOMRect, b: DOMRect) =>
      Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 &&
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2;
    const shownText = (cell: Element) => {
      const shown = cell.cloneNode(true);
      if (shown instanceof Element)
        for (const hidden of shown.querySelectorAll('.visually-hidden')) hidden.remove();
      return (shown.textContent ?? '').trim();
    };
    const cellRoles = '[role="cell"], [role="gridcell"], [role="columnheader"], td, th';
    return [...document.querySelectorAll('[role="row"], tr')].flatMap((row) => {
      const cells = [...row.querySelectorAll(cellRoles)]
        .filter((cell) => cell.closest('[role="row"], tr') === row && shownText(cell) !== '')
        .map((cell) => ({
          text: shownText(cell).slice(0, 30),
          width: cell.getBoundingClientRect().width,
          isHidden: cell.getBoundingClientRect().width <= 1 && getComputedStyle(cell).clipPath !== 'none',
          seen: boxes(cell).filter(({ width, height }) => width > 1 && height > 1),
        }))
        .filter(({ isHidden }) => !isHidden);
      return cells.flatMap((cell, index) => [
        ...(cell.width < 20 ? [`"${cell.text}" has ${Math.round(cell.width)} px`] : []),
        ...cells
          .slice(index + 1)
          .filter(({ seen }) => cell.seen.some((a) => seen.some((b) => overlap(a, b))))
          .map(({ text }) => `"${cell.text}" and "${text}" overlap`),
      ]);
    });
  });
}

/**
 * Elements that extend beyond the window or the page's column on the right, where nothing scrolls: invisible
 * to the user.
 */
export async function overflows(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const describe = (e: Element) =>
      `${e.tagName.toLowerCase()} "${(e.textContent ?? '').trim().slice(0, 50)}" by ` +
      Math.round(e.scrollWidth - e.clientWidth);
    const wide =
      document.scrollingElement !== null && document.scrollingElement.scrollWidth > window.innerWidth
        ? ['the window would scroll sideways']
        : [];
    const column = document.querySelector('main')?.getBoundingClientRect();
    const scrolls = (e: Element | null): boolean =>
      e !== null &&
      e.tagName !== 'MAIN' &&
      (/auto|scroll|hidden|clip/.test(getComputedStyle(e).overflowX) || scrolls(e.parentElement));
    const out =
      column === undefined
        ? []
        : [...document.querySelectorAll('main *')].filter((e) => {
            const box = e.getBoundingClientRect();
            return (
              box.width > 1 &&
              box.right > column.right + 1 &&
              !scrolls(e.parentElement) &&
              e.closest('.visually-hidden') === null
            );
          });
    // Nor may anything extend beyond a dialog or a menu, or that beyond the window.
    const outOfOver = [...document.querySelectorAll('[role="dialog"], [role="menu"]')].flatMap((over) => {
      const edge = over.getBoundingClientRect();
      const inside = [...over.querySelectorAll('*')].filter((e) => {
        const box = e.getBoundingClientRect();
        return box.width > 1 && box.right > edge.right + 1 && !scrolls(e.parentElement);
      });
      return edge.right > window.innerWidth || edge.bottom > window.innerHeight + 1
        ? [over, ...inside]
        : inside;
    });
    // Text cut off without an ellipsis. A few pixels are the circle around a switch under the pointer.
    const cut = [...document.querySelectorAll('main *, nav *, header *, [role="dialog"] *')].filter((e) => {
      const style = getComputedStyle(e);
      return (
        /hidden|clip/.test(style.overflowX) &&
        style.textOverflow !== 'ellipsis' &&
        e.scrollWidth > e.clientWidth + 6 &&
        e.textContent?.trim() !== '' &&
        e.clientWidth > 1 &&
        e.closest('.visually-hidden') === null &&
        e.closest('svg, .cm-editor') === null
      );
    });
    return [...wide, ...[...out.slice(0, 2), ...outOfOver.slice(0, 2), ...cut.slice(0, 2)].map(describe)];
  });
}
