import { execFileSync } from 'node:child_process';
import { chownSync, linkSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readRegularFile } from './read-file.ts';

let directory: string;
const at = (name: string) => path.join(directory, name);
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'bulkhead-read-file-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

it('reads a file; returns nothing for a missing one, a directory, a pipe without a writer', async () => {
  writeFileSync(at('settings.json'), '{"a":1}');
  execFileSync('mkfifo', [at('pipe')]);
  expect(await readRegularFile(at('settings.json'), null)).toBe('{"a":1}');
  expect(
    await Promise.all([at('none'), directory, at('pipe')].map((file) => readRegularFile(file, null))),
  ).toEqual([null, null, null]);
});

it('reads the end of a very long file', async () => {
  writeFileSync(at('log'), '');
  truncateSync(at('log'), 50 * 1024 * 1024);
  expect((await readRegularFile(at('log'), null))?.length).toBe(4 * 1024 * 1024);
});

it('reads for a user no file that belongs to somebody else, whatever link replaces it', async () => {
  const uid = process.getuid?.() ?? 0;
  writeFileSync(at('others'), 'secret');
  symlinkSync(at('others'), at('link'));
  linkSync(at('others'), at('name'));
  // The file's owner differs from the user for whom it is read.
  expect(
    await Promise.all(['others', 'link', 'name'].map((name) => readRegularFile(at(name), uid + 1))),
  ).toEqual([null, null, null]);
  if (uid === 0) chownSync(at('others'), uid + 1, uid + 1);
  expect(await readRegularFile(at('others'), uid === 0 ? uid + 1 : uid)).toBe('secret');
});
