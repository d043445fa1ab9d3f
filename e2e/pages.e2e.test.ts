import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setStage, type AppWindow, type Stage } from './app.ts';

// Every page of the live window, with a running engine: it shows, no script fails, nothing is refused by the policy, axe finds nothing serious.
let stage: Stage;
let window: AppWindow;
beforeAll(async () => {
  stage = await setStage({ engine: true });
  await stage.docker('run', '-d', '--name', 'shop-web', '-v', 'shop-data:/data', 'busybox', 'sleep', '100000');
  await stage.docker('create', '--name', 'batch', 'busybox', 'true');
  window = await stage.open();
  await window.until('the first scan', (s) => s.scan?.containers.length === 2 && s.backends.length > 0);
});
afterAll(() => stage.end());

const pages = ['Overview', 'Isolation', 'Docker socket', 'File sharing', 'Containers', 'Simulator', 'JSON', 'Preferences'];

async function show(name: string) {
  await window.page.getByRole('navigation').getByText(name, { exact: true }).click();
  await window.page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
  await window.page.evaluate(() => document.fonts.ready.then(() => undefined));
}

async function seriousFindings(): Promise<string[]> {
  // Legacy mode: Electron can open no second page for axe to run in.
  const { violations } = await new AxeBuilder({ page: window.page }).setLegacyMode(true).analyze();
  return violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`);
}

describe.each(['light', 'dark'] as const)('in the %s theme', (theme) => {
  beforeAll(async () => { await window.request('preferences:set', { theme }); });
  it.each(pages)('%s shows', async (name) => {
    await show(name);
    await window.screenshot(`${name.toLowerCase().replaceAll(' ', '-')}-${theme}`);
    expect(await seriousFindings()).toEqual([]);
    expect(window.pageErrors).toEqual([]);
  });
  it('an answer of the Simulator shows', async () => {
    await show('Simulator');
    const main = window.page.getByRole('main');
    await main.getByRole('textbox').fill('docker run --privileged -v /etc:/x busybox');
    await main.getByText('What it was decided with').waitFor();
    await window.screenshot(`simulator-answer-${theme}`);
    expect(await seriousFindings()).toEqual([]);
    await main.getByRole('button', { name: 'Clear' }).click();
  });
});

describe('the window', () => {
  it('comes up at its size, is never smaller than its pages need, and ends with its Close button', async () => {
    expect(await window.app.evaluate(({ BrowserWindow }) => {
      const w = BrowserWindow.getAllWindows()[0];
      return { size: w?.getSize(), least: w?.getMinimumSize() };
    })).toEqual({ size: [1280, 800], least: [900, 600] });
    const ended = new Promise((resolve) => { window.app.process().once('exit', resolve); });
    await window.page.getByRole('button', { name: 'Close', exact: true }).click();
    expect(await ended).toBe(0);
  });
});
