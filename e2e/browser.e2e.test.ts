import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, crowdedRows, overflows, severalMainButtons } from '../tests/support/browser-checks.ts';
import {
  nestedScrollers,
  offCentreIcons,
  sidewaysScrollers,
  unevenEdges,
  wrongFonts,
} from '../tests/support/browser-geometry.ts';
import { settle, startBrowserPages, type BrowserPages } from '../tests/support/browser-pages.ts';
import { pageVariants, overlayVariants, pageStates, textsOf } from './page-states.ts';

// The renderer in a current Chromium, over invented states: breadth. The real window, with a real engine
// behind it, is in pages.e2e.test.ts.
let pages: BrowserPages;
beforeAll(async () => {
  pages = await startBrowserPages();
});
afterAll(() => pages.stop());

type Open = Awaited<ReturnType<BrowserPages['open']>>;

/**
 * Problems of the current screen: accessibility findings of axe, clipped content, fonts, edges, areas that
 * scroll within others, more than one main button, console messages; then, in the other theme, those that
 * depend on colours.
 */
async function problemsOf(open: Open): Promise<string[]> {
  const { page, complaints } = open;
  const light = [
    ...(await axeFindings(page)),
    ...(await overflows(page)),
    ...(await wrongFonts(page)),
    ...(await unevenEdges(page)),
    ...(await nestedScrollers(page)),
    ...(await sidewaysScrollers(page)),
    ...(await severalMainButtons(page)),
  ];
  await page.emulateMedia({ colorScheme: 'dark' });
  await settle(page);
  return [...light, ...(await axeFindings(page, 'colours')).map((found) => `dark: ${found}`), ...complaints];
}

/** The smallest window, one of 1280 × 800 at 200 %, and the smallest at 200 %. */
const smallWindows = [
  { width: 900, height: 600 },
  { width: 640, height: 400 },
  { width: 450, height: 300 },
] as const;

/** Of 10,000 rows only those near the viewport are drawn; the largest page has 4,200 elements. */
const maxElements = 6000;

/**
 * How many elements the page has, once there are not too many. On a busy machine `settle` may end before rows
 * that are no longer near the viewport are removed.
 */
async function countElements(page: Open['page']): Promise<number> {
  await page
    .waitForFunction((most) => document.querySelectorAll('main *').length <= most, maxElements, {
      timeout: 60_000,
    })
    .catch(() => undefined);
  return page.locator('main *').count();
}

/**
 * What does not fit, edges and icons out of place, and areas that scroll within others or sideways, in small
 * windows.
 */
async function problemsInSmallWindows({ page }: Open): Promise<string[]> {
  const found: string[] = [];
  for (const size of smallWindows) {
    await page.setViewportSize(size);
    await settle(page);
    const wrong = [
      ...(await overflows(page)),
      ...(await crowdedRows(page)),
      ...(await unevenEdges(page)),
      ...(await nestedScrollers(page)),
      ...(await sidewaysScrollers(page)),
      ...(size.width < 800 ? await offCentreIcons(page) : []),
    ];
    found.push(...wrong.map((what) => `${size.width} px: ${what}`));
    const drawn = await countElements(page);
    if (drawn > maxElements) found.push(`${size.width} px: ${drawn} elements are drawn`);
  }
  return found;
}

describe('every page in every state, in both themes and in smaller windows, in a current Chromium', () => {
  it.concurrent.each(pageVariants)(
    '$page, $state, $language',
    async ({ state, address, shows, language }) => {
      const open = await pages.open({ state, address, language });
      try {
        if (shows !== undefined) await open.page.locator(shows).first().waitFor();
        expect([
          ...(await problemsOf(open)),
          ...(await problemsInSmallWindows(open)),
          ...open.complaints,
        ]).toEqual([]);
        expect(await open.page.evaluate(() => document.documentElement.lang)).toBe(language);
      } finally {
        await open.close();
      }
    },
  );
});

describe('overlays of a page, in both themes, in a current Chromium', () => {
  it.concurrent.each(overlayVariants)(
    '$name, $language',
    async ({ page: address, state, press, shows = '[role="dialog"]', language }) => {
      // High enough that nothing is scrolled out of view: axe treats an invisible label as missing.
      const open = await pages.open({ state, address, language, size: { width: 1280, height: 1400 } });
      try {
        const { page } = open;
        for (const name of press(textsOf(language)))
          await page
            .getByLabel(name, { exact: true })
            .or(page.getByRole('button', { name }))
            .or(page.getByRole('switch', { name, exact: true }))
            .first()
            .click();
        await page.locator(shows).first().waitFor();
        await settle(page);
        const found = await problemsOf(open);
        for (const size of smallWindows) {
          await page.setViewportSize(size);
          await settle(page);
          found.push(
            ...(await unevenEdges(page)),
            ...(await nestedScrollers(page)),
            ...(await sidewaysScrollers(page)),
          );
        }
        expect(found).toEqual([]);
      } finally {
        await open.close();
      }
    },
  );
});

describe('accessibility preferences', () => {
  const usual = Object.entries(pageStates).map(([page, [state]]) => ({ page, state }));
  it.concurrent.each(usual)(
    '$page is complete in forced colours, and does not animate with reduced motion',
    async ({ page: address, state }) => {
      const open = await pages.open({
        state,
        address,
        media: { forcedColors: 'active', reducedMotion: 'reduce' },
      });
      try {
        expect(
          await open.page.evaluate(
            () =>
              document
                .getAnimations()
                .filter(
                  (one) =>
                    one.playState === 'running' && Number(one.effect?.getComputedTiming().duration) > 1,
                ).length,
          ),
        ).toBe(0);
        expect(await axeFindings(open.page)).toEqual([]);
      } finally {
        await open.close();
      }
    },
  );
});
