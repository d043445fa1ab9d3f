import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommandLine } from '../tests/support/command-line.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp('/tmp/bh-containers-');
  await writeFile(path.join(root, 'admin-settings.json'), '{"configurationFileVersion": 2}');
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** How the command ends with these names of containers. */
async function end(command: string, names: readonly string[]): Promise<{ code: number | null; err: string }> {
  const { code, err } = await runCommandLine([
    ...['--lang', 'en', 'containers', command, ...names],
    ...['--root', root],
  ]);
  return { code, err };
}

test.each([
  ['remove', 'error: the containers to remove are not usable: the name of one is empty\n'],
  ['recreate', 'error: the containers to recreate are not usable: the name of one is empty\n'],
])('containers %s says that a name is empty', async (command, err) => {
  expect(await end(command, ['web', ''])).toEqual({ code: 2, err });
});

test.each([
  ['remove', 10_000],
  ['recreate', 1000],
])('containers %s says how many containers it takes at once', async (command, most) => {
  const names = Array.from({ length: most + 1 }, (_, index) => `c${index}`);
  expect(await end(command, names)).toEqual({
    code: 2,
    err:
      `error: the containers to ${command} are not usable: ` +
      `these are ${most + 1}, and at most ${most} are taken at once\n`,
  });
});

test('containers recreate without a name settles an interrupted recreation, and nothing else', async () => {
  const { code, err } = await end('recreate', []);
  if (process.getuid?.() === 0) expect({ code, err }).toEqual({ code: 0, err: '' });
  else expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('must be settled by root') });
});

test.each(['--dry-run', '--commit', '--keep-old', '--remove-old', '--as=1000', '--start=web', '--events'])(
  'containers recreate %s needs a name',
  async (option) => {
    expect(await end('recreate', [option])).toEqual({
      code: 2,
      err: expect.stringContaining('the containers to recreate are not usable: no container is named\n'),
    });
  },
);
