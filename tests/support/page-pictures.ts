import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright';
import { build, preview } from 'vite';

/**
 * Pictures of pages over invented states, for looking at them while working: `node
 * tests/support/page-pictures.ts OUT [state/page[?query][@WIDTHxHEIGHT][!dark][!zh][~control to click~…]]…`
 */
const [out = 'artifacts/pages', ...wanted] = process.argv.slice(2);
const all = [
  'protected/overview',
  'protected/overview!dark',
  'off/isolation',
  'protected/containers',
  'protected/preferences',
];
mkdirSync(out, { recursive: true });
const built = mkdtempSync(path.join(tmpdir(), 'bh-pages-'));
const configFile = path.join(import.meta.dirname, '../../vite.config.ts');
// Built, not served from source: the result of bundling is shown, and two concurrent runs don't disturb each
// other.
await build({
  configFile,
  logLevel: 'error',
  mode: 'development',
  build: {
    outDir: built,
    emptyOutDir: true,
    minify: false,
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
try {
  for (const spec of wanted.length > 0 ? wanted : all) {
    const match = /^([^/]+)\/([^@!~]+)(?:@(\d+)x(\d+))?(!dark)?(!zh)?(?:~(.+))?$/.exec(spec);
    if (match === null) throw new Error(`not state/page: ${spec}`);
    const [, state = '', address = '', width = '1280', height = '800', dark, chinese, clicks] = match;
    const page = await browser.newPage({
      viewport: { width: Number(width), height: Number(height) },
      colorScheme: dark === undefined ? 'light' : 'dark',
    });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning')
        console.error(`${spec}: ${message.text()}`);
    });
    page.on('pageerror', (error) => {
      console.error(`${spec}: ${error.message}`);
    });
    await page.goto(
      `${base}dev/index.html?state=${state}&lang=${chinese === undefined ? 'en' : 'zh-CN'}#/${address}`,
    );
    // No page is painted before the app has a state.
    await page.waitForSelector(
      state === 'waiting' || state === 'noState'
        ? 'main h1'
        : 'body[data-painted] main h1, body[data-painted] main [role="alert"]',
    );
    for (const name of clicks?.split('~') ?? [])
      await page
        .locator(
          `button:has-text("${name}"), a:has-text("${name}"), [role="option"]:has-text("${name}"), ` +
            `[role="menuitem"]:has-text("${name}"), [role="row"]:has-text("${name}"), ` +
            `[aria-label="${name}"]`,
        )
        .or(page.getByLabel(name, { exact: true }))
        .first()
        .click({ timeout: 5000 })
        .catch((error: unknown) => {
          console.error(`${spec}: nothing to click: ${name} (${String(error).split('\n')[0] ?? ''})`);
        });
    await page.evaluate(async () => {
      await document.fonts.ready;
      await new Promise((done) => {
        requestAnimationFrame(() => {
          setTimeout(done, 350);
        });
      });
    });
    const name = `${spec.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}.png`;
    await page.screenshot({ path: path.join(out, name) });
    const overflow = await page.evaluate(() =>
      [...document.querySelectorAll('main *')]
        .filter(
          (e) =>
            e.scrollWidth > e.clientWidth + 1 &&
            getComputedStyle(e).overflowX === 'visible' &&
            e.clientWidth > 0 &&
            getComputedStyle(e).display !== 'inline',
        )
        .slice(0, 3)
        .map((e) => `${e.tagName} ${(e.textContent ?? '').slice(0, 40)}`),
    );
    console.log(name, overflow.length === 0 ? '' : `overflows: ${overflow.join(' | ')}`);
    await page.close();
  }
} finally {
  await browser.close();
  await server.close();
  rmSync(built, { recursive: true, force: true });
}
