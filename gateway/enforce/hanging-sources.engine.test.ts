import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mountHangingFileSystem, type HangingFileSystem } from '../../tests/support/hanging-file-system.ts';
import { createBindSourceResolver, isRootControlled, resolveBindSource } from './bind-sources.ts';

let directory: string;
let hanging: HangingFileSystem;
const at = (name: string) => path.join(directory, name);
const resolve = (source: string, account = 'user 1000') =>
  resolveBindSource(source, {
    engineSockets: [],
    engineDirectories: [],
    shares: [directory],
    caller: 1000,
    account,
  });
const problem = (source: string, account?: string) =>
  resolve(source, account).then(({ problem: found }) => (typeof found === 'object' ? found.id : null));

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(path.join(tmpdir(), 'bulkhead-hanging-')));
  mkdirSync(at('ordinary'));
  symlinkSync('hangs/below', at('link'));
  hanging = await mountHangingFileSystem(at('hangs'));
});
afterAll(() => {
  hanging.end();
  rmSync(directory, { recursive: true });
});

it('A8: sources on a file system that does not answer delay nobody, and are refused', async () => {
  // More than this process has threads for files.
  const sources = ['hangs/a', 'hangs/b', 'hangs/c', 'hangs/d', 'hangs/e', 'hangs/f', 'link'].map(at);
  const refused = Promise.all(sources.map((source) => problem(source)));
  const others = Promise.all([readFile('/proc/self/stat'), resolve(at('ordinary'), 'user 1001')]);
  expect(await Promise.race([refused.then(() => 'refused first'), others.then(() => 'others first')])).toBe(
    'others first',
  );
  for (const id of await refused)
    expect(['gateway.file-system-unresponsive', 'gateway.too-many-remote-lookups']).toContain(id);
  expect(await refused).toContain('gateway.file-system-unresponsive');
});

it('A8: such a file system is not asked again while it owes an answer', async () => {
  await problem(at('hangs/again'));
  const start = performance.now();
  expect(await problem(at('hangs/other'), 'user 1002')).toBe('gateway.file-system-unresponsive');
  expect(performance.now() - start).toBeLessThan(3000);
});

it('A8: nor do shares on it, and the check who can replace a directory of it, wait', async () => {
  const resolveWithShare = createBindSourceResolver({
    engineSockets: [],
    engineDirectories: [],
    shares: [at('hangs/share'), directory],
  });
  expect(await resolveWithShare(at('ordinary'))).toMatchObject({ share: directory });
  expect(await isRootControlled(at('hangs/x/y'), [])).toBe(false);
});
