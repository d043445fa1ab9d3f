import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { bundle, commandLineBundle, makeCodeCache } from './bundle.mjs';
import * as paths from './paths.mjs';
import { serveFakeEngine } from './fake-engine.mjs';

let directory = '';
let endEngine = () => {
  // It has not begun.
};
const at = (...names: string[]) => path.join(directory, ...names);
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-command-line-'));
  await bundle(commandLineBundle(at('dist', 'cli')));
  await mkdir(at('bin'));
  await writeFile(at('bin', 'bulkhead'), '');
  await symlink(paths.at('node_modules'), at('node_modules'));
  await makeCodeCache('command-line', at('dist', 'cli'));
  for (const engine of ['stopped', 'running']) {
    await mkdir(at(engine));
    await writeFile(at(engine, 'admin-settings.json'), '{"configurationFileVersion": 2}');
  }
  endEngine = await serveFakeEngine(at('running'));
  // Required before the program: lists the files that were loaded, at the end.
  await writeFile(
    at('list.cjs'),
    `const fs = require('node:fs');
     const loaded = new Set();
     const { readFileSync } = fs;
     fs.readFileSync = (file, ...options) => {
       if (String(file).endsWith('.cjs')) loaded.add(file);
       return readFileSync(file, ...options);
     };
     process.on('exit', () => {
       fs.writeFileSync(__dirname + '/loaded.json', JSON.stringify([...loaded]));
     });`,
  );
}, 60_000);
afterAll(async () => {
  endEngine();
  await rm(directory, { recursive: true, force: true });
});

/** The code that a command loads: its files, their size in KB, and their texts. */
async function load(args: readonly string[]): Promise<{ files: number; kilobytes: number; code: string }> {
  const command = [process.execPath, '-r', at('list.cjs'), at('dist', 'cli', 'main.cjs'), ...args];
  // With a descriptor that a shell or an agent left to it: koffi would be loaded to mark it.
  await promisify(execFile)('sh', ['-c', 'exec "$@" 9</dev/null', 'sh', ...command])
    // Of a status: that no engine runs.
    .catch(() => undefined);
  const files = JSON.parse(await readFile(at('loaded.json'), 'utf8')) as string[];
  const code = (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('');
  return { files: files.length, kilobytes: Math.round(code.length / 1000), code };
}

// Every 10 KB take about a hundredth of Node's own start: raise a limit only with a measurement
// (docs/decisions/015-start-of-a-command.md).
it.each([
  { what: 'help', args: () => ['--help'], files: 4, kilobytes: 302 },
  {
    what: 'status without an engine',
    args: () => ['status', '--root', at('none')],
    files: 5,
    kilobytes: 373,
  },
  { what: 'status', args: () => ['status', '--root', at('stopped')], files: 8, kilobytes: 700 },
])('$what loads at most $files files with $kilobytes KB', async ({ args, files, kilobytes }) => {
  const loaded = await load(args());
  expect(loaded.files).toBeLessThanOrEqual(files);
  expect(loaded.kilobytes).toBeLessThanOrEqual(kilobytes);
  // And not many fewer: else something else ended the command.
  expect(loaded.kilobytes).toBeGreaterThan(0.8 * kilobytes);
});

it('the command line is loaded as one-byte characters at its start', async () => {
  expect((await load(['--help'])).code).not.toMatch(/[^\0-\x7f]/);
});

it('imports nothing by import(), which code from a cache cannot', async () => {
  for (const name of await readdir(at('dist', 'cli')))
    if (name.endsWith('.cjs'))
      expect(await readFile(at('dist', 'cli', name), 'utf8'), name).not.toMatch(/[^.\w]import\(/);
});

it.each([
  ['--help', 'stopped'],
  ['status', 'stopped'],
  ['status', 'running'],
  ['engine status', 'running'],
])('is compiled from no source for %s, with the engine %s', async (command, engine) => {
  // As dist/cli/main.cjs does.
  const program = `
    import { createRequire } from 'node:module';
    import { cachedRequire } from ${JSON.stringify(paths.at('cli', 'cached-require.ts'))};
    const directory = ${JSON.stringify(at('dist', 'cli'))};
    const compiled = [];
    process.argv.splice(1, 0, directory + '/main.cjs');
    cachedRequire(createRequire(process.argv[1]), directory, (file, _, script) => {
      if (script.cachedDataRejected !== false) compiled.push(file);
    })('./program.cjs');
    process.on('exit', () => {
      process.stdout.write('compiled: ' + JSON.stringify(compiled));
      process.exitCode = 0;
    });`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module', '-e', program, '--', ...command.split(' ')],
    { env: { ...process.env, BULKHEAD_ROOT: at(engine) } },
  );
  expect(stdout).toMatch(/\ncompiled: \[\]$/);
});
