import type { Locator } from 'playwright';
import type { AppWindow } from './app.ts';

/** Page objects: elements are located by role and name, never by class or test id. */
export function pageObjects({ page, app, until }: AppWindow) {
  const main = page.getByRole('main');
  const go = async (name: string): Promise<Locator> => {
    await page.getByRole('navigation').getByText(name, { exact: true }).click();
    await main.getByRole('heading', { level: 1, name, exact: true }).waitFor();
    return main;
  };
  return {
    go,
    /** The headline of the Overview. */
    async sentence(): Promise<string> {
      await page.getByRole('navigation').getByText('Overview', { exact: true }).click();
      // The headline is the page's heading.
      await main.getByText('What is protected on this engine').waitFor();
      return main.getByRole('heading', { level: 1 }).innerText();
    },
    footer: () => page.getByRole('region', { name: 'Changes not applied' }),
    isolation: {
      open: () => go('Isolation'),
      eci: () => main.getByRole('switch', { name: 'Enhanced Container Isolation', exact: true }),
      /** The same switch when locked: its accessible name includes what locks it. */
      lockedEci: () => main.getByRole('switch', { name: /^Enhanced Container Isolation\. Locked by/ }),
      lock: () => main.getByRole('switch', { name: 'Lock for users' }),
    },
    socket: {
      open: () => go('Docker socket'),
      async allow(image: string) {
        const field = main.getByRole('combobox', { name: 'Image to allow' });
        const add = main.getByRole('button', { name: 'Add image' });
        // With an empty list the button opens the field first.
        if (!(await field.isVisible())) await add.click();
        await field.fill(image);
        await add.click();
      },
      async deny(command: string) {
        await main.getByRole('searchbox', { name: 'Find a command' }).fill(command);
        await main.getByRole('button', { name: command, exact: true }).click();
        await main.getByRole('searchbox', { name: 'Find a command' }).fill('');
      },
    },
    sharing: {
      open: () => go('File sharing'),
      async add(path: string) {
        await main.getByRole('textbox', { name: 'Directory to share' }).fill(path);
        await main.getByRole('button', { name: 'Add directory' }).click();
        await main.getByRole('table', { name: 'Allowed directories' }).getByText(path).first().waitFor();
      },
      async testMount(path: string) {
        await main.getByRole('textbox', { name: 'Host path to try' }).fill(path);
      },
    },
    activity: {
      open: () => go('Activity'),
      line: (text: string) => main.getByRole('row').filter({ hasText: text }).first(),
      choose: (name: string) => page.getByRole('complementary').getByRole('radio', { name }).first(),
      allow: () => page.getByRole('complementary').getByRole('button', { name: 'Allow this…' }),
    },
    review: {
      apply: (label: string) =>
        page
          .getByRole('region', { name: 'Review and apply' })
          .getByRole('button', { name: label, exact: true }),
      step: (name: string) =>
        main.getByRole('list', { name: 'Steps' }).getByRole('listitem').filter({ hasText: name }),
      heading: (text: string) => main.getByRole('heading', { level: 1, name: text }),
      /** Waits until this version is applied, in the state and on the page. */
      async applied(version: number) {
        await until(
          `version ${version} is applied`,
          ({ run }) => run?.outcome?.kind === 'applied' && run.outcome.version === version,
          120_000,
        );
        await main.getByRole('heading', { level: 1, name: `Version ${version} is applied` }).waitFor();
      },
      done: () => page.getByRole('region', { name: 'How it ended' }).getByRole('button', { name: 'Done' }),
    },
    /** What happens to containers that exist already. */
    prompt: {
      dialog: () => page.getByRole('dialog'),
      async choose(container: string, choice: string) {
        await page
          .getByRole('dialog')
          .getByRole('combobox', { name: `What happens to ${container}` })
          .click();
        await page.getByRole('option', { name: choice, exact: true }).click();
      },
      continue: () => page.getByRole('dialog').getByRole('button', { name: 'Continue to review' }).click(),
    },
    containers: {
      open: () => go('Containers'),
      row: (name: string) => main.getByRole('row').filter({ has: page.getByText(name, { exact: true }) }),
      /** Opens the question about recreating one under ECI. */
      async recreate(name: string) {
        await main.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
        await page.getByRole('menuitem', { name: 'Recreate protected…' }).click();
        return page.getByRole('dialog');
      },
      async openRemoval(name: string) {
        await main.getByRole('button', { name: `Actions for ${name}`, exact: true }).click();
        await page.getByRole('menuitem', { name: 'Remove…' }).click();
        return page.getByRole('dialog');
      },
    },
    json: {
      async write(text: string) {
        await go('JSON');
        const start = main.getByRole('button', { name: 'Start a settings file' });
        const editor = main.getByRole('textbox', { name: 'admin-settings.json, draft' });
        await start.or(editor).first().waitFor();
        if (await start.isVisible()) await start.click();
        await editor.waitFor();
        // Pasted: the whole text at once, and the browser's own editing, which would leave style attributes
        // behind, has no part in it.
        await app.evaluate(({ clipboard }, pasted) => clipboard.writeText(pasted), text);
        await editor.click();
        await page.keyboard.press('ControlOrMeta+a');
        await page.keyboard.press('ControlOrMeta+v');
      },
    },
  };
}
