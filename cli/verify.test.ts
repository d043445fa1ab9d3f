import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recommendedSettings } from '../shared/settings/recommended.ts';

const run = promisify(execFile);
let root: string;
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-cli-');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

it('verify --if-due: an engine that does not run is not started, and nothing has failed', async () => {
  await writeFile(path.join(root, 'admin-settings.json'), recommendedSettings);
  const verify = [path.resolve(import.meta.dirname, 'main.ts'), 'verify', '--if-due', '--root', root];
  expect(await run(process.execPath, verify)).toEqual({
    stdout: 'No verification is due: the engine does not run.\n',
    stderr: '',
  });
  const { stdout } = await run(process.execPath, [...verify, '--json']);
  expect(JSON.parse(stdout)).toEqual({ notDue: 'engine-stopped' });
  for (const form of [['--quiet'], ['--format', '{{.ID}}']])
    expect(await run(process.execPath, [...verify, ...form])).toEqual({ stdout: '', stderr: '' });
});
