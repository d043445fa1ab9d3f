import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { writeBundle } from './write.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bh-bundle-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

it('writing without a temporary directory fails with the reason, and leaves no empty file', async () => {
  vi.stubEnv('TMPDIR', path.join(directory, 'missing'));
  const file = path.join(directory, 'bundle.tar.gz');
  expect(await writeBundle(file, [])).toMatchObject({ ok: false, error: { code: 'internal' } });
  expect(await readdir(directory)).toEqual([]);
});
