import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isNotText } from '../../shared/result.ts';
import { readSettings, readSettingsOrBytes, sha256, writeFileAtomic } from './files.ts';

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp('/tmp/bh-files-');
  file = path.join(directory, 'admin-settings.json');
});
afterEach(() => rm(directory, { recursive: true, force: true }));

test.each([
  ['not UTF-8', Buffer.from([0xc3, 0x28, 0x00, 0xff])],
  ['UTF-16, little endian', Buffer.from('\ufeff{}', 'utf16le')],
  ['UTF-16, big endian', Buffer.from([0xfe, 0xff, 0, 0x7b])],
])('bytes that are %s are an error of their own kind, or kept as bytes', async (_what, bytes) => {
  await writeFile(file, bytes);
  const text = await readSettings(file);
  expect(text).toMatchObject({ ok: false, error: { code: 'settings.unreadable', params: { path: file } } });
  expect(!text.ok && isNotText(text.error)).toBe(true);
  const read = await readSettingsOrBytes(file);
  expect(read).toMatchObject({
    ok: true,
    value: { exists: true, text: '', hash: sha256(bytes), notText: { bytes } },
  });
  expect(read.ok && read.value.notText?.error.hint).toMatch(/restore an earlier version/);
});

test('a file that is too large is known by its beginning and its size, and not read as a whole', async () => {
  const tooLarge = Buffer.alloc(4 * 1024 * 1024 + 1, 0xff);
  const hashes = new Set<string>();
  const other = Buffer.alloc(tooLarge.length, 'x');
  for (const bytes of [tooLarge, Buffer.concat([tooLarge, tooLarge]), other]) {
    await writeFile(file, bytes);
    expect(await readSettings(file)).toMatchObject({ error: { code: 'settings.too-large' } });
    const read = await readSettingsOrBytes(file);
    if (!read.ok) throw new Error(read.error.message);
    expect(read.value).toMatchObject({ exists: true, text: '', notText: { bytes: null } });
    const error = read.value.notText?.error;
    expect(error).toMatchObject({ code: 'settings.too-large', params: { path: file } });
    expect(error?.hint).toMatch(/restore an earlier version/);
    expect(error !== undefined && isNotText(error)).toBe(true);
    hashes.add(read.value.hash);
  }
  expect(hashes.size).toBe(3);
});

test('text, NUL among its characters, is text; every other kind of file stays an error', async () => {
  await writeFile(file, '{\0}');
  expect(await readSettingsOrBytes(file)).toEqual(await readSettings(file));
  expect(await readSettingsOrBytes(file)).toMatchObject({ ok: true, value: { text: '{\0}' } });
  expect(await readSettingsOrBytes(path.join(directory, 'none'))).toMatchObject({ value: { exists: false } });
  await rm(file);
  await mkdir(file);
  const read = await readSettingsOrBytes(file);
  expect(!read.ok && read.error.code === 'settings.unreadable' && !isNotText(read.error)).toBe(true);
});

describe('a pipe', () => {
  const made = async () => {
    await promisify(execFile)('mkfifo', [file]);
    return file;
  };

  test('is no settings file of an engine', async () => {
    expect(await readSettings(await made())).toMatchObject({
      error: { code: 'settings.unreadable', reason: 'it is not a regular file' },
    });
  });

  test('is read if it was given, whenever it is written', async () => {
    const read = readSettings(await made(), { pipes: true });
    const writer = await open(file, 'w');
    await writer.write('{ "a": ');
    await setTimeout(50);
    await writer.write('1 }');
    await writer.close();
    expect(await read).toMatchObject({ ok: true, value: { exists: true, text: '{ "a": 1 }' } });
  });

  test('is read if its writer ends at once', async () => {
    await made();
    for (let round = 0; round < 20; round++) {
      // Waits in its open() for a reader.
      const written = writeFile(file, '{}');
      expect(await readSettings(file, { pipes: true })).toMatchObject({ ok: true, value: { text: '{}' } });
      await written;
    }
  });

  test.each([
    ['blank', ' \n', { code: 'settings.unreadable', reason: 'it is empty' }],
    ['too long', Buffer.alloc(4 * 1024 * 1024 + 1, 0x20).fill('x', 0, 1), { code: 'settings.too-large' }],
    ['not UTF-8', Buffer.from([0x7b, 0xe4]), { reason: 'its bytes are not valid UTF-8' }],
  ])('whose text is %s is an error', async (_, text, error) => {
    const read = readSettings(await made(), { pipes: true });
    await writeFile(file, text);
    expect(await read).toMatchObject({ ok: false, error });
  });
});

test('the reason of a failed write does not have the name of the temporary file', async () => {
  await mkdir(file);
  const written = await writeFileAtomic(file, '{}');
  expect(written).toMatchObject({
    error: {
      code: 'settings.unwritable',
      message: `${file} could not be written`,
      reason: 'EISDIR: illegal operation on a directory',
      hint: expect.stringContaining('The old file is unchanged.'),
    },
  });
  const fresh = await writeFileAtomic(path.join(directory, 'none', 'file'), '{}');
  expect(fresh).toMatchObject({ error: { reason: 'ENOENT: no such file or directory' } });
  expect(!fresh.ok && fresh.error.hint).not.toContain('old file');
});
