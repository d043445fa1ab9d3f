import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, overflows, settle, startBrowserPages, type BrowserPages } from '../testing/browser-pages.ts';
import { allLooks, openedLooks, pageStates, wordsOf } from './page-states.ts';

// The renderer in a current Chromium, over invented states: breadth. The real window, with a real engine behind it, is in pages.e2e.test.ts.
let pages: BrowserPages;
beforeAll(async () => { pages = await startBrowserPages(); });
afterAll(() => pages.stop());

/** What is wrong with what is on screen: accessibility in axe's words, what is cut off, what the console says. */
async function wrongWith(open: Awaited<ReturnType<BrowserPages['open']>>): Promise<string[]> {
  return [...await axeFindings(open.page), ...await overflows(open.page), ...open.complaints];
}

describe('every page in every state, in a current Chromium', () => {
  it.concurrent.each(allLooks)('$page, $state, $theme, $language', async ({ page: address, state, theme, language }) => {
    const open = await pages.open({ state, address, theme, language });
    try {
      expect(await wrongWith(open)).toEqual([]);
      expect(await open.page.evaluate(() => document.documentElement.lang)).toBe(language);
    } finally { await open.close(); }
  });
});

describe('what opens over a page, in a current Chromium', () => {
  it.concurrent.each(openedLooks)('$name, $theme, $language', async ({ page: address, state, press, shows = '[role="dialog"]', theme, language }) => {
    // High enough that nothing is scrolled away: axe takes a label out of sight for none.
    const open = await pages.open({ state, address, theme, language, size: { width: 1280, height: 1400 } });
    try {
      const { page } = open;
      for (const name of press(wordsOf(language))) await page.getByLabel(name, { exact: true }).or(page.getByRole('button', { name })).or(page.getByRole('switch', { name, exact: true })).first().click();
      await page.locator(shows).first().waitFor();
      await settle(page);
      expect(await wrongWith(open)).toEqual([]);
    } finally { await open.close(); }
  });
});

describe('in less room and for other eyes', () => {
  const usual = Object.entries(pageStates).map(([page, [state = 'protected']]) => ({ page, state }));
  it.concurrent.each(usual)('$page fits 900 × 600, and twice its size in a window of 1280 × 800', async ({ page: address, state }) => {
    // 200 % zoom of that window leaves half of its pixels.
    for (const size of [{ width: 900, height: 600 }, { width: 640, height: 400 }]) {
      const open = await pages.open({ state, address, size });
      try { expect([size.width, ...await overflows(open.page)]).toEqual([size.width]); } finally { await open.close(); }
    }
  });

  it.concurrent.each(usual)('$page is whole in forced colours, and moves nothing where less motion is asked for', async ({ page: address, state }) => {
    const open = await pages.open({ state, address, media: { forcedColors: 'active', reducedMotion: 'reduce' } });
    try {
      expect(await open.page.evaluate(() => document.getAnimations().filter((one) => one.playState === 'running' && Number(one.effect?.getComputedTiming().duration) > 1).length)).toBe(0);
      expect(await axeFindings(open.page)).toEqual([]);
    } finally { await open.close(); }
  });
});
