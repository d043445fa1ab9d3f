import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle, commandLineBundle } from './bundle.mjs';

let directory = '';
const at = (...names: string[]) => path.join(directory, ...names);
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-command-line-'));
  await bundle(commandLineBundle(at('dist', 'cli')));
  await mkdir(at('bin'));
  await writeFile(at('bin', 'bulkhead'), '');
  await mkdir(at('stopped'));
  await writeFile(at('stopped', 'admin-settings.json'), '{"configurationFileVersion": 2}');
  // Required before the program: lists the files that were loaded, at the end. First closes inherited
  // descriptors, which the program would load a library for.
  await writeFile(
    at('list.cjs'),
    `const { closeSync, readFileSync, readdirSync, writeFileSync } = require('node:fs');
     for (const fd of readdirSync('/proc/self/fd').map(Number).filter((fd) => fd > 2))
       try {
         const [, flags] = /flags:\\s*([0-7]+)/.exec(readFileSync('/proc/self/fdinfo/' + fd, 'utf8'));
         if ((parseInt(flags, 8) & 0o2000000) === 0) closeSync(fd);
       } catch {}
     process.on('exit', () => {
       writeFileSync(__dirname + '/loaded.json', JSON.stringify(Object.keys(require.cache)));
     });`,
  );
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

/** The code that a command loads: its files, their size in KB, and their texts. */
async function load(args: readonly string[]): Promise<{ files: number; kilobytes: number; code: string }> {
  await promisify(execFile)(process.execPath, ['-r', at('list.cjs'), at('dist', 'cli', 'main.cjs'), ...args])
    // Of a status: that no engine runs.
    .catch(() => undefined);
  const loaded = JSON.parse(await readFile(at('loaded.json'), 'utf8')) as string[];
  const files = loaded.filter((file) => file !== at('list.cjs'));
  const code = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('');
  return { files: files.length, kilobytes: Math.round(code.length / 1000), code };
}

// Every 10 KB take about a hundredth of Node's own start: raise a limit only with a measurement
// (docs/decisions/015-start-of-a-command.md).
it.each([
  { what: 'help', args: () => ['--help'], files: 3, kilobytes: 290 },
  {
    what: 'status without an engine',
    args: () => ['status', '--root', at('none')],
    files: 4,
    kilobytes: 360,
  },
  { what: 'status', args: () => ['status', '--root', at('stopped')], files: 7, kilobytes: 670 },
])('$what loads at most $files files with $kilobytes KB', async ({ args, files, kilobytes }) => {
  const loaded = await load(args());
  expect(loaded.files).toBeLessThanOrEqual(files);
  expect(loaded.kilobytes).toBeLessThanOrEqual(kilobytes);
  // And not many fewer: else something else ended the command.
  expect(loaded.kilobytes).toBeGreaterThan(0.8 * kilobytes);
});

it('is loaded as one-byte characters at its start', async () => {
  expect((await load(['--help'])).code).not.toMatch(/[^\0-\x7f]/);
});
