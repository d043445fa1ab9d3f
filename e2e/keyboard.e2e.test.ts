import { mkdtemp, rm } from 'node:fs/promises';
import type { Locator } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setStage, type AppWindow, type Stage } from './app.ts';

// The main scenario with the keyboard alone, in the real window with a real engine: no pointer, and focus is
// moved only by keys.
let stage: Stage;
let window: AppWindow;
let outside = '';
const press = (...keys: string[]) =>
  keys.reduce(async (before, key) => {
    await before;
    await window.page.keyboard.press(key);
  }, Promise.resolve());
const main = () => window.page.getByRole('main');
const heading = (name: string | RegExp) => main().getByRole('heading', { level: 1, name });

/** Presses Tab until `target` has the focus. Rejects if it can't be reached in this way. */
async function tabTo(target: Locator): Promise<void> {
  await target.waitFor();
  for (let i = 0; i < 120; i++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await press('Tab');
  }
  throw new Error(
    `the keyboard does not reach ${String(target)}; ` +
      'the focus is on ' +
      (await window.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 200) ?? 'nothing')),
  );
}

/** Applies what is reviewed and waits for its end. */
async function apply(version: number): Promise<void> {
  const button = window.page
    .getByRole('region', { name: 'Review and apply' })
    .getByRole('button', { name: /^Apply/ });
  await tabTo(button);
  // Nothing that stops or removes something is only one accidental Enter away.
  const needsSpace = (await button.getAttribute('aria-keyshortcuts')) === 'Space';
  await press('Enter');
  if (needsSpace) {
    expect((await window.state()).run).toBeNull();
    await press('Space');
  }
  const { run } = await window.until(
    `version ${version} to be applied`,
    (s) => s.run?.activity === 'ended' && s.settings.appliedVersion === version,
    120_000,
  );
  expect(run?.outcome?.kind).toBe('applied');
  await tabTo(
    window.page.getByRole('region', { name: 'How it ended' }).getByRole('button', { name: 'Done' }),
  );
  await press('Enter');
}
const refused = (...args: string[]) =>
  stage.docker(...args).then(
    () => 'not refused',
    (error: unknown) => String(error),
  );

beforeAll(async () => {
  // Not below /tmp, which is shared by default.
  outside = await mkdtemp('/opt/bulkhead-keyboard-');
  stage = await setStage({ engine: true });
  window = await stage.open();
});
afterAll(async () => {
  await stage.end();
  await rm(outside, { recursive: true, force: true });
});

describe('an administrator with a keyboard', () => {
  it('turns ECI on, allows an image the Docker socket, reviews and applies', async () => {
    await tabTo(window.page.getByRole('button', { name: 'Skip for now' }));
    await press('Enter');
    await heading(/^Off/).waitFor();
    await press('Control+2');
    await heading('Isolation').waitFor();
    // A new page gets the focus, so that a screen reader announces it.
    await expect
      .poll(() => heading('Isolation').evaluate((element) => element === document.activeElement))
      .toBe(true);
    await tabTo(main().getByRole('switch', { name: 'Enhanced Container Isolation', exact: true }));
    await press('Space');
    await window.until('the draft', (s) => s.settings.draft.includes('"value": true'));
    await press('Control+3');
    await tabTo(main().getByRole('button', { name: 'Add image' }));
    await press('Enter');
    await tabTo(main().getByRole('combobox', { name: 'Image to allow' }));
    await window.page.keyboard.type('testcontainers/ryuk:0.11.0');
    await press('Enter');
    await window.until('the image in the draft', (s) =>
      s.settings.draft.includes('testcontainers/ryuk:0.11.0'),
    );
    await press('Control+Enter');
    await heading('Review & apply').waitFor();
    // The key that leads here applies nothing, and Enter does nothing that can't be undone.
    await expect
      .poll(() => window.page.evaluate(() => document.activeElement?.textContent))
      .toBe('Back to editing');
    await apply(1);
  });

  it('sees a denial and allows it', async () => {
    expect(await refused('run', '--rm', '-v', `${outside}:/data`, 'busybox', 'true')).toContain(
      'enhanced container isolation',
    );
    await press('Control+6');
    await heading('Activity').waitFor();
    // It appears a moment after the refusal, above the existing ones.
    const denial = main().locator('[role="row"]').filter({ hasText: outside }).first();
    await denial.waitFor();
    await tabTo(main().locator('[role="row"][tabindex="0"]').first());
    for (let i = 0; i < 40 && !(await denial.evaluate((element) => element === document.activeElement)); i++)
      await press(i < 20 ? 'ArrowUp' : 'ArrowDown');
    await press('Enter');
    await tabTo(main().getByRole('button', { name: 'Allow this…' }));
    await press('Enter');
    await heading('Review & apply').waitFor();
    await apply(2);
    await stage.docker('run', '--rm', '-v', `${outside}:/data`, 'busybox', 'true');
  });

  it('enters the text of the settings and leaves it again, as described on the page', async () => {
    await press('Control+8');
    await heading('JSON').waitFor();
    const editor = main().getByRole('textbox', { name: 'admin-settings.json, draft' });
    const before = (await window.state()).settings.draft;
    await tabTo(editor);
    await main().getByText('Tab indents. Esc, then Tab leaves.').waitFor();
    await press('Escape', 'Tab');
    expect(await editor.evaluate((element) => element === document.activeElement)).toBe(false);
    expect((await window.state()).settings.draft).toBe(before);
  });

  it('moves between the regions with F6, and rolls back to the previous version', async () => {
    await press('Control+9');
    await heading('History').waitFor();
    const region = () =>
      window.page.evaluate(() =>
        document.activeElement?.closest('[data-region]')?.getAttribute('data-region'),
      );
    await press('F6');
    const first = await region();
    await press('F6');
    expect(new Set([first, await region()]).size).toBe(2);
    await tabTo(
      main()
        .getByRole('list', { name: 'Versions' })
        .getByRole('button')
        .filter({ hasText: 'Version 1' })
        .first(),
    );
    await press('Enter');
    await tabTo(main().getByRole('button', { name: /^Roll back/ }));
    await press('Enter');
    await heading('Review & apply').waitFor();
    await apply(3);
    expect(await refused('run', '--rm', '-v', `${outside}:/data`, 'busybox', 'true')).toContain(
      'enhanced container isolation',
    );
    expect(window.pageErrors).toEqual([]);
  });
});
