import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pageIds } from '../shared/pages/pages.ts';
import { axeFindings } from '../tests/support/browser-checks.ts';
import { settle } from '../tests/support/browser-pages.ts';
import { setStage, type AppWindow, type Stage } from './app.ts';

// Every page of the live window, with a running engine: it shows, no script fails, nothing is refused by the
// policy, axe finds nothing.
let stage: Stage;
let window: AppWindow;
beforeAll(async () => {
  stage = await setStage({ engine: true });
  await stage.docker(
    'run',
    '-d',
    '--name',
    'shop-web',
    '-v',
    'shop-data:/data',
    'busybox',
    'sleep',
    '100000',
  );
  await stage.docker('create', '--name', 'batch', 'busybox', 'true');
  window = await stage.open();
  await window.until('the first scan', (s) => s.scan?.containers.length === 2 && s.backends.length > 0);
});
afterAll(() => stage.end());

async function show(address: string) {
  await window.page.evaluate((hash) => {
    location.hash = hash;
  }, `#/${address}`);
  await window.page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
  await settle(window.page);
}

const findings = () => axeFindings(window.page);

describe.each([
  { theme: 'light', language: 'en' },
  { theme: 'dark', language: 'en' },
  { theme: 'light', language: 'zh-CN' },
  { theme: 'dark', language: 'zh-CN' },
] as const)('in the $theme theme, in $language', ({ theme, language }) => {
  beforeAll(async () => {
    await window.request('preferences:set', { theme, language });
    await window.page.locator(`html[lang="${language}"]`).waitFor();
  });
  it.each(pageIds)('%s shows', async (name) => {
    await show(name);
    await window.screenshot(`${name}-${theme}-${language}`);
    expect(await findings()).toEqual([]);
    expect(window.pageErrors).toEqual([]);
  });
  if (language === 'en')
    it('a result of the Simulator shows', async () => {
      await show('simulator');
      const main = window.page.getByRole('main');
      await main.getByRole('textbox').fill('docker run --privileged -v /etc:/x busybox');
      await main.getByText('What it was decided with').waitFor();
      await window.screenshot(`simulator-answer-${theme}`);
      expect(await findings()).toEqual([]);
      await main.getByRole('button', { name: 'Clear' }).click();
    });
});

describe('the window', () => {
  beforeAll(async () => {
    await window.request('preferences:set', { theme: 'light', language: 'en' });
  });
  it('opens at its size, is never smaller than its pages need, and ends with its Close button', async () => {
    expect(
      await window.app.evaluate(({ BrowserWindow }) => {
        const w = BrowserWindow.getAllWindows()[0];
        return { size: w?.getSize(), least: w?.getMinimumSize() };
      }),
    ).toEqual({ size: [1280, 800], least: [900, 600] });
    const ended = new Promise((resolve) => {
      window.app.process().once('exit', resolve);
    });
    // The page may be gone before the click is reported.
    const clicked = window.page
      .getByRole('button', { name: 'Close', exact: true })
      .click()
      .catch((error: unknown) => {
        if (!String(error).includes('has been closed')) throw error;
      });
    expect(await ended).toBe(0);
    await clicked;
  });
});
