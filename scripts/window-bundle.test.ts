import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle, electronBundles } from './bundle.mjs';
import { at } from './paths.mjs';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-window-'));
  const [main] = electronBundles({ entry: at('electron', 'main', 'index.ts'), directory });
  if (main !== undefined) await bundle(main);
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** The texts of a chunk and of those that it requires at once, by their names. */
async function load(name: string, loaded = new Map<string, string>()): Promise<Map<string, string>> {
  if (loaded.has(name)) return loaded;
  const code = await readFile(path.join(directory, name), 'utf8');
  loaded.set(name, code);
  // At the start of a statement: what is required inside a function is loaded when that runs.
  for (const [, next] of code.matchAll(/(?:^|;)(?:(?:const|let|var) [\w$]+=)?require\("\.\/([^"]+)"\)/gm))
    if (next !== undefined) await load(next, loaded);
  return loaded;
}

const kilobytes = (loaded: Map<string, string>): number =>
  Math.round([...loaded.values()].reduce((sum, code) => sum + code.length, 0) / 1000);

// Raise a limit only with a measurement: `npm run bench:app`.
it('the main process loads at most 438 KB before the window, and 250 KB more before its state', async () => {
  const first = await load('main.cjs');
  const beforeWindow = kilobytes(first);
  expect(beforeWindow).toBeLessThanOrEqual(438);
  // And not many fewer: else the search above finds nothing.
  expect(beforeWindow).toBeGreaterThan(300);
  const [backend = ''] = /start-backend-[^"]+\.cjs/.exec(first.get('main.cjs') ?? '') ?? [];
  expect(kilobytes(await load(backend, first)) - beforeWindow).toBeLessThanOrEqual(250);
});
