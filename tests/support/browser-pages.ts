import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
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

/** A page with hundreds of rows takes half a minute on a loaded machine, ms. */
const pageLimitMs = 90_000;

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
    // There is no GPU: without this, pages are composed by an emulated one.
    args: ['--no-sandbox', '--disable-gpu'],
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
    page.setDefaultTimeout(pageLimitMs);
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
