import type { Locator } from 'playwright-core';
import type { AppWindow } from './app.ts';

/** The app as a person finds their way in it: by role and by name, never by class or test id. */
export function routes({ page, app }: AppWindow) {
  const main = page.getByRole('main');
  const go = async (name: string): Promise<Locator> => {
    await page.getByRole('navigation').getByText(name, { exact: true }).click();
    await main.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    return main;
  };
  return {
    go,
    /** The one sentence at the top of the Overview. */
    async sentence(): Promise<string> {
      await page.getByRole('navigation').getByText('Overview', { exact: true }).click();
      // Its heading is the sentence itself.
      await main.getByText('What is protected on this engine').waitFor();
      return main.getByRole('heading', { level: 1 }).innerText();
    },
    footer: () => page.getByRole('region', { name: 'Changes not applied' }),
    isolation: {
      open: () => go('Isolation'),
      eci: () => main.getByRole('switch', { name: 'Enhanced Container Isolation' }),
      lock: () => main.getByRole('switch', { name: 'Lock for users' }),
    },
    /** What happens to containers that exist already. */
    prompt: {
      dialog: () => page.getByRole('dialog'),
      async choose(container: string, choice: string) {
        await page.getByRole('dialog').getByRole('combobox', { name: `What happens to ${container}` }).click();
        await page.getByRole('option', { name: choice, exact: true }).click();
      },
      continue: () => page.getByRole('dialog').getByRole('button', { name: 'Continue to review' }).click(),
    },
    containers: {
      open: () => go('Containers'),
      row: (name: string) => main.getByRole('row').filter({ has: page.getByText(name, { exact: true }) }),
      async ask(name: string) {
        await main.getByRole('button', { name: `Actions for ${name}` }).click();
        await page.getByRole('menuitem', { name: 'Remove…' }).click();
        return page.getByRole('dialog');
      },
    },
    json: {
      async write(text: string) {
        await go('JSON');
        const start = main.getByRole('button', { name: 'Start a document' });
        const editor = main.getByRole('textbox', { name: 'admin-settings.json, draft' });
        await start.or(editor).first().waitFor();
        if (await start.isVisible()) await start.click();
        await editor.waitFor();
        // Pasted: the whole text at once, and the browser's own editing, which would leave style attributes behind, has no part in it.
        await app.evaluate(({ clipboard }, pasted) => clipboard.writeText(pasted), text);
        await editor.click();
        await page.keyboard.press('ControlOrMeta+a');
        await page.keyboard.press('ControlOrMeta+v');
      },
    },
  };
}
