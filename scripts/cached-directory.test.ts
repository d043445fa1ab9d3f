import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeOnce } from './cached-directory.mjs';

let cache: string;
beforeEach(async () => {
  cache = await mkdtemp('/tmp/bulkhead-cache-');
});
afterEach(() => rm(cache, { recursive: true }));

test('a directory is made once, and appears when it is complete', async () => {
  const directory = path.join(cache, 'engines', '1');
  let made = 0;
  const make = async (work: string) => {
    made++;
    const result = path.join(work, 'unpacked');
    await mkdir(result);
    await writeFile(path.join(result, 'file'), 'content');
    expect(existsSync(directory)).toBe(false);
    return result;
  };
  await makeOnce(directory, make);
  await makeOnce(directory, make);
  expect(made).toBe(1);
  expect(await readFile(path.join(directory, 'file'), 'utf8')).toBe('content');
  expect(await readdir(path.dirname(directory))).toEqual(['1']);
});

test('a failure leaves nothing', async () => {
  const failure = makeOnce(path.join(cache, 'engine'), async (work: string) => {
    await writeFile(path.join(work, 'half'), '');
    throw new Error('unreachable');
  });
  await expect(failure).rejects.toThrow('unreachable');
  expect(await readdir(cache)).toEqual([]);
});
