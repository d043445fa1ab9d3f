import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { text as read } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';

let root: string;
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-containers-');
  await writeFile(path.join(root, 'admin-settings.json'), '{"configurationFileVersion": 2}');
});
afterEach(() => rm(root, { recursive: true, force: true }));

test.each([
  ['remove', 'error: the containers to remove are not usable: the name of one is empty\n'],
  ['recreate', 'error: the containers to recreate are not usable: the name of one is empty\n'],
])('containers %s says that a name is empty', async (command, err) => {
  const main = path.join(import.meta.dirname, 'main.ts');
  const child = spawn(
    process.execPath,
    [main, '--lang', 'en', 'containers', command, 'web', '', '--root', root],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const [written] = await Promise.all([read(child.stderr), once(child, 'close')]);
  expect({ code: child.exitCode, err: written }).toEqual({ code: 2, err });
});
