import type { AppWindow } from '../../../e2e/app.ts';
import { pageObjects } from '../../../e2e/page-objects.ts';
import { report } from './report.ts';
import { longest, tasksDuring } from './tasks.ts';

/** A settings file that allows many images the socket. */
export function documentWithImages(count: number): string {
  const images = Array.from(
    { length: count },
    (_, i) => `"registry.example/team/tool-${i}:${i % 9}.${i % 7}"`,
  ).join(',\n          ');
  return `{
  "configurationFileVersion": 2,
  "enhancedContainerIsolation": {
    "locked": true,
    "value": true,
    "dockerSocketMount": {
      "imageList": {
        "images": [
          ${images}
        ]
      },
      "commandList": { "type": "deny", "commands": ["push"] }
    }
  }
}
`;
}

/** Types `text` where the focus is, a key every 30 ms as a fast typist does; reports the longest task. */
async function type(window: AppWindow, where: string, text: string): Promise<void> {
  const tasks = await tasksDuring(window, async () => {
    await window.page.keyboard.type(text, { delay: 30 });
    // The effects of typing come after pauses: the draft is sent to main, the lint and the plan follow.
    await window.page.waitForTimeout(1000);
  });
  report({ name: `Longest task while typing in ${where}`, unit: 'ms', atMost: 50, ...longest(tasks) });
}

/** Whether typing makes the page wait, with 300 images in the draft. */
export async function measureTyping(window: AppWindow): Promise<void> {
  const { page } = window;
  const pages = pageObjects(window);
  const document = documentWithImages(300);
  const stored = await window.request('settings:set-draft', { text: document });
  if (!stored.ok) throw new Error(stored.error.message);
  await pages.go('JSON');
  // Not by a click: the text is many times as high as the window.
  await page.getByRole('textbox', { name: 'admin-settings.json, draft' }).focus();
  await page.keyboard.press('ControlOrMeta+End');
  await type(
    window,
    'JSON, 300 images',
    '\n// an admin writes a remark of some length under a document with 300 images',
  );
  await window.request('settings:set-draft', { text: document });
  await pages.socket.open();
  const field = page.getByRole('combobox', { name: 'Image to allow' });
  if (!(await field.isVisible())) await page.getByRole('button', { name: 'Add image' }).click();
  await field.click();
  await type(window, 'a field, 300 images', 'registry.example/another/team/with-a-tool:2026.11');
}
