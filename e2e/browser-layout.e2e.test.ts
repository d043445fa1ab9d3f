import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settle, startBrowserPages, type BrowserPages } from '../tests/support/browser-pages.ts';
import { textsOf } from './page-states.ts';

// Where things are while they are used: in a current Chromium, over invented states.
let pages: BrowserPages;
beforeAll(async () => {
  pages = await startBrowserPages();
});
afterAll(() => pages.stop());

type Open = Awaited<ReturnType<BrowserPages['open']>>;

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}
const bottomOf = (box: Box | null): number => (box === null ? NaN : box.y + box.height);
/** How far apart two boxes are up and down, px; infinite where one is missing. */
function gapBetween(a: Box | null, b: Box | null): number {
  if (a === null || b === null) return Infinity;
  return Math.max(0, b.y - (a.y + a.height), a.y - (b.y + b.height));
}

/** The usual window, the smallest one, and the usual one at 200 %. */
const sizes = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
  { width: 640, height: 400 },
] as const;

describe('the editor of the text', () => {
  const caretOf = (page: Open['page']) => page.locator('.cm-cursor-primary').boundingBox();

  it.each(sizes)('completes at the caret, and explains at the key ($width px)', async (size) => {
    const open = await pages.open({ state: 'edited', address: 'json', size });
    const { page } = open;
    const { keyboard } = page;
    const key = page.locator('.cm-content span', { hasText: /^"configurationFileVersion"$/ });
    await key.hover();
    const about = page.locator('.cm-tooltip-hover');
    await about.waitFor();
    const [at, explained] = [await key.boundingBox(), await about.boundingBox()];
    expect(Math.abs((explained?.x ?? 0) - (at?.x ?? 0)), 'left of the key and of its help').toBeLessThan(4);
    expect(gapBetween(at, explained), 'between the key and its help').toBeLessThan(4);
    await page.mouse.move(0, 0);
    await about.waitFor({ state: 'detached' });

    await key.click();
    await keyboard.press('End');
    await keyboard.press('Enter');
    await keyboard.press('Control+i');
    const list = page.locator('.cm-tooltip-autocomplete');
    await list.waitFor();
    const [caret, listed] = [await caretOf(page), await list.boundingBox()];
    expect(Math.abs((listed?.x ?? 0) - (caret?.x ?? 0)), 'left of the caret and the list').toBeLessThan(4);
    expect(gapBetween(caret, listed), 'between the caret and the list').toBeLessThan(4);
    await open.close();
  });

  it.each(sizes)('is as high and stands as before, whatever is typed ($width px)', async (size) => {
    const open = await pages.open({ state: 'edited', address: 'json', size });
    const { page } = open;
    await page.locator('.cm-content').click();
    await page.keyboard.press('Control+Home');
    await settle(page);
    // Its box in every frame.
    const boxes = await page.evaluateHandle(() => {
      const seen = new Set<string>();
      const look = () => {
        const box = document.querySelector('.cm-editor')?.getBoundingClientRect();
        seen.add(box === undefined ? 'none' : `${box.top} to ${box.bottom}`);
        requestAnimationFrame(look);
      };
      look();
      return seen;
    });
    const found = (title: string) => page.locator('main [data-row]', { hasText: title }).first().waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.type('"unknown": 1,');
    await found(textsOf('en').findings.title['unknown-key'].split(' `')[0] ?? '');
    await page.keyboard.type('}}');
    await found(textsOf('en').findings.title.syntax);
    await settle(page);
    expect(await boxes.evaluate((seen) => [...seen])).toHaveLength(1);
    await open.close();
  });
});

it('of a thousand images an entry to pin opens in view', async () => {
  const address = 'docker-socket?pin=example.org/team/tool-700:6';
  const open = await pages.open({ state: 'socketHuge', address });
  const { page } = open;
  const row = page.getByRole('row').filter({ hasText: 'tool-700:6' }).first();
  await page.getByRole('combobox', { name: 'Image reference' }).waitFor();
  await settle(page);
  const [shown, area] = [await row.boundingBox(), await page.locator('main [data-scroll]').boundingBox()];
  expect(shown?.y ?? 0).toBeGreaterThan(area?.y ?? 0);
  expect(bottomOf(shown)).toBeLessThan(bottomOf(area));
  await open.close();
});

it.each(sizes)('of a thousand images the entry that a link names is in view ($width px)', async (size) => {
  const pointer = '/enhancedContainerIsolation/dockerSocketMount/imageList/images/700';
  const open = await pages.open({ state: 'socketHuge', address: `docker-socket?pointer=${pointer}`, size });
  const { page } = open;
  const row = page.locator(`main tr[data-pointer="${pointer}"]`);
  await row.waitFor();
  await settle(page);
  const [shown, area] = [await row.boundingBox(), await page.locator('main [data-scroll]').boundingBox()];
  expect(shown?.y ?? 0).toBeGreaterThan(area?.y ?? 0);
  expect(bottomOf(shown)).toBeLessThan(bottomOf(area));
  await open.close();
});

describe('in small windows', () => {
  const small = sizes.filter(({ width }) => width < 1280);
  const cutOff = (page: Open['page'], selector: string) =>
    page.evaluate(
      (within) =>
        [...document.querySelectorAll(within)]
          .filter((element) => element.scrollWidth > element.clientWidth + 1)
          .map((element) => element.textContent),
      selector,
    );

  it.each(small.flatMap((size) => (['en', 'zh-CN'] as const).map((language) => ({ ...size, language }))))(
    'why a container is not protected is not cut off ($width px, $language)',
    async ({ language, ...size }) => {
      const open = await pages.open({ state: 'protected', address: 'containers', size, language });
      const reasons = 'main [role="row"] > * > [role="gridcell"]:nth-of-type(6) [title]';
      expect(await open.page.locator(reasons).count()).toBeGreaterThan(8);
      expect(await cutOff(open.page, reasons)).toEqual([]);
      await open.close();
    },
  );

  it.each(small.flatMap((size) => (['en', 'zh-CN'] as const).map((language) => ({ ...size, language }))))(
    'the text of a notice is not squeezed by its buttons ($width px, $language)',
    async ({ language, ...size }) => {
      const open = await pages.open({ state: 'recreated', address: 'containers', size, language });
      const box = await open.page.locator('main strong').first().locator('xpath=..').boundingBox();
      expect(box?.width).toBeGreaterThan(240);
      await open.close();
    },
  );

  it('the navigation has room for all pages, also for those of Docker Desktop', async () => {
    const size = { width: 900, height: 600 };
    const open = await pages.open({ state: 'desktopProxy', address: 'desktop-settings', size });
    const navigation = open.page.locator('nav');
    await navigation.getByRole('link', { name: 'Preferences' }).waitFor();
    expect(await navigation.evaluate((element) => element.scrollHeight - element.clientHeight)).toBe(0);
    await open.close();
  });

  it.each(sizes)('the content of a dialog scrolls up to its buttons ($width px)', async (size) => {
    const open = await pages.open({ state: 'off', address: 'isolation', size });
    const w = textsOf('en');
    await open.page.getByRole('switch', { name: w.isolation.eci.name, exact: true }).click();
    const dialog = open.page.getByRole('dialog');
    await dialog.waitFor();
    await settle(open.page);
    const gap = await dialog.evaluate((element) => {
      const scroller = [...element.querySelectorAll('div')].find(
        (part) => part.scrollHeight > part.clientHeight + 1 && getComputedStyle(part).overflowY === 'auto',
      );
      const footer = scroller?.nextElementSibling;
      return (footer?.getBoundingClientRect().top ?? NaN) - (scroller?.getBoundingClientRect().bottom ?? NaN);
    });
    expect(gap).toBe(0);
    await open.close();
  });
});

it.each(sizes)('an opened container is as high as its facts ($width px)', async (size) => {
  const open = await pages.open({ state: 'protected', address: 'containers', size });
  const { page } = open;
  const w = textsOf('en');
  for (const name of ['old-vpn', 'node-metrics'])
    await page.getByLabel(w.containers.expand.replace('{{name}}', name), { exact: true }).click();
  const facts = page.locator('main [role="row"][aria-expanded="true"] dl');
  // One of them can't be recreated, which takes one line instead of three.
  await facts.getByText(w.containers.recreation.label, { exact: true }).first().waitFor();
  await settle(page);
  const gaps = await facts.evaluateAll((lists) =>
    lists.map(
      (list) =>
        (list.closest('[role="row"]')?.getBoundingClientRect().bottom ?? NaN) -
        list.getBoundingClientRect().bottom,
    ),
  );
  expect(gaps).toHaveLength(2);
  for (const gap of gaps) expect(Math.round(gap), 'below the facts').toBe(15);
  await open.close();
});

it.each(sizes.flatMap((size) => (['en', 'zh-CN'] as const).map((language) => ({ ...size, language }))))(
  'what a version changed is not cut off ($width px, $language)',
  async ({ language, ...size }) => {
    const open = await pages.open({ state: 'historyFound', address: 'history', size, language });
    const captions = open.page.locator('main [role="listitem"] [title]');
    expect(await captions.count()).toBeGreaterThan(4);
    const cut = await captions.evaluateAll((all) =>
      all
        .filter(
          (caption) =>
            caption.scrollWidth > caption.clientWidth + 1 || caption.scrollHeight > caption.clientHeight + 1,
        )
        .map((caption) => caption.textContent),
    );
    expect(cut).toEqual([]);
    await open.close();
  },
);

it.each(sizes)('the panel of the page does not move while the window loads ($width px)', async (size) => {
  const panelIn = async (state: string) => {
    const open = await pages.open({ state, address: 'overview', size });
    const box = await open.page.locator('main').boundingBox();
    // As index.html has it before the scripts run.
    const first = await open.page.evaluate(() => {
      const frame = document.body.appendChild(document.createElement('div'));
      frame.className = 'first-frame';
      const panel = frame.appendChild(document.createElement('div'));
      panel.className = 'first-frame-panel';
      const { left, top, right, bottom } = panel.getBoundingClientRect();
      frame.remove();
      // Without its border.
      return { x: left + 1, y: top + 1, width: right - left - 1, height: bottom - top - 1 };
    });
    await open.close();
    return { box, first };
  };
  const [loading, loaded] = [await panelIn('waiting'), await panelIn('clean')];
  expect(loading.box).toEqual(loading.first);
  expect(loaded.box).toEqual(loading.box);
});

it.each([
  ['containers', 'many'],
  ['activity', 'activityMany'],
])(
  'the long list of %s scrolls with its page in the smallest window, under its head',
  async (address, state) => {
    const open = await pages.open({ state, address, size: { width: 900, height: 600 } });
    const { page } = open;
    const scroller = page.locator('main [data-scroll]');
    await scroller.evaluate((element) => {
      element.scrollTop = element.scrollHeight;
    });
    await settle(page);
    const rows = page.locator('main [role="treegrid"] [role="row"], main [role="grid"] [role="row"]');
    const [area, head, last] = [
      await scroller.boundingBox(),
      await rows.first().boundingBox(),
      await rows.last().boundingBox(),
    ];
    expect(head?.y, 'the head is at the top').toBe(area?.y);
    expect(bottomOf(last), 'the last row is in view').toBeLessThan(bottomOf(area));
    expect(bottomOf(last), 'the last row is near the end').toBeGreaterThan(bottomOf(area) - 60);
    // The head does not cover the row that a key leads to.
    await rows.last().focus();
    await page.keyboard.press('Home');
    await settle(page);
    const first = await page.locator(':focus').boundingBox();
    expect(first?.y ?? 0).toBeGreaterThanOrEqual(bottomOf(await rows.first().boundingBox()));
    await open.close();
  },
);
