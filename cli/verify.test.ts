import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { recommendedSettings } from '../shared/settings/recommended.ts';
import { runCommandLine } from '../tests/support/command-line.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-cli-');
});
afterEach(async () => {
  await rm(root, { recursive: true, force: true });
});

it('verify --if-due: an engine that does not run is not started, and nothing has failed', async () => {
  await writeFile(path.join(root, 'admin-settings.json'), recommendedSettings);
  const verify = (...more: string[]) => runCommandLine(['verify', '--if-due', '--root', root, ...more]);
  expect(await verify()).toEqual({
    code: 0,
    out: 'No verification is due: the engine does not run.\n',
    err: '',
  });
  const { code, out } = await verify('--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({ notDue: 'engine-stopped' });
  for (const form of [['--quiet'], ['--format', '{{.ID}}']])
    expect(await verify(...form)).toEqual({ code: 0, out: '', err: '' });
});
