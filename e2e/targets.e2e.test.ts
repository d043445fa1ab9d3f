import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rootPaths, type RootPaths } from '../engine/base/root-paths.ts';
import { setStage, type AppWindow, type Stage } from './app.ts';

// Which engine the window works on: two of ours that do not run, and Docker Desktop, which is not installed
// here.
let stage: Stage;
let other: RootPaths;
let window: AppWindow;
const document = (eci: boolean) =>
  '{\n  "configurationFileVersion": 2,\n  "enhancedContainerIsolation": { "locked": true, "value": ' +
  `${String(eci)} }\n}\n`;

beforeAll(async () => {
  stage = await setStage({ engine: false, prepare: (paths) => writeFile(paths.settings, document(false)) });
  other = rootPaths(await mkdtemp('/tmp/bh-'));
  await writeFile(other.settings, document(true));
  window = await stage.open();
});
afterAll(async () => {
  await stage?.end();
  if (other !== undefined) await rm(other.root, { recursive: true, force: true });
});

const openMenu = async () => {
  await window.page.keyboard.press('Control+E');
  await window.page.getByRole('menu', { name: 'Engines' }).getByRole('menuitemradio').first().waitFor();
};

it('opens another engine from the keyboard, and leaves the draft of the first unchanged', async () => {
  await window.page.getByRole('button', { name: /^Engine: / }).waitFor();
  await window.request('settings:set-draft', { text: document(true) });
  // The other one is known from the moment it was opened once.
  expect(await window.request('target:switch', { id: `embedded:${other.root}` })).toMatchObject({
    ok: true,
    value: { settings: { path: other.settings, applied: document(true), draft: document(true) } },
  });
  expect(await readFile(stage.paths.draft, 'utf8')).toBe(document(true));
  await openMenu();
  await window.page.getByRole('menuitemradio', { name: new RegExp(stage.paths.root) }).press('Enter');
  const back = await window.until(
    'the first engine is open again',
    (state) => state.target.id === `embedded:${stage.paths.root}`,
  );
  expect(back.settings).toMatchObject({
    path: stage.paths.settings,
    applied: document(false),
    draft: document(true),
  });
  expect(window.pageErrors).toEqual([]);
});

it('opens Docker Desktop although it is not installed', async () => {
  expect(await window.request('target:switch', { id: 'docker-desktop' })).toMatchObject({
    ok: true,
    value: { target: { kind: 'docker-desktop' }, engine: { phase: 'stopped', name: 'Docker Desktop' } },
  });
  await window.page.getByRole('button', { name: /^Engine: Docker Desktop, Engine stopped/ }).waitFor();
  await window.page.goto(`${window.page.url().replace(/#.*$/, '')}#/isolation`);
  await window.page.getByRole('heading', { level: 1, name: 'Isolation' }).waitFor();
  expect(window.pageErrors).toEqual([]);
});

it('refuses an invalid engine id, and remembers the last open engine', async () => {
  expect(await window.request('target:switch', { id: 'podman' })).toMatchObject({
    ok: false,
    error: { code: 'ipc.bad-payload' },
  });
  expect(await window.request('target:switch', { id: `embedded:${other.root}` })).toMatchObject({ ok: true });
  const listed = await window.request('targets:list', undefined);
  expect(listed.ok && listed.value.map((target) => target.id)).toEqual(
    expect.arrayContaining([`embedded:${stage.paths.root}`, `embedded:${other.root}`]),
  );
});
