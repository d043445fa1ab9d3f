import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundle, removeStaleOutputs } from './bundle.mjs';
import { lazyBuiltins, lazyData } from './lazy-modules.mjs';
import { pureSchemas } from './pure-schemas.mjs';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-bundle-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function bundleText(text: string, options: object): Promise<string> {
  const source = path.join(directory, 'source.ts');
  await writeFile(source, text);
  await bundle({ input: { main: source }, directory, target: 'node24', ...options });
  return path.join(directory, 'main.cjs');
}

it('loads a builtin module at the first use of an export, however it is imported', async () => {
  const program = await bundleText(
    `import https, { Agent } from 'node:https';
     import * as tls from 'node:tls';
     const isLoaded = () => process.moduleLoadList.some((name) => / (tls|https)$/.test(name));
     const before = isLoaded();
     const types = [typeof https.request, typeof new Agent().options, typeof tls.connect];
     console.log(JSON.stringify([before, ...types, isLoaded()]));`,
    { minify: true, plugins: [lazyBuiltins(['node:https', 'node:tls'])] },
  );
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  expect(JSON.parse(stdout)).toEqual([false, 'function', 'object', 'function', true]);
});

it('parses data at its first use, from a text in ASCII', async () => {
  const sentence = 'An ellipsis ends this sentence, which is much longer than the ellipsis is: …';
  const source = `export const sentences = { one: ${JSON.stringify(sentence)} } as const;`;
  await writeFile(path.join(directory, 'data.ts'), source);
  const program = await bundleText(
    `import { sentences } from './data.ts';
     let parsed = 0;
     const { parse } = JSON;
     JSON.parse = (text) => ((parsed += 1), parse(text));
     const before = parsed;
     console.log(JSON.stringify([before, sentences.one, sentences.one, parsed]));`,
    { plugins: [lazyData(/data\.ts$/)] },
  );
  expect(await readFile(program, 'utf8')).not.toMatch(/[^\0-\x7f]/);
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  expect(JSON.parse(stdout)).toEqual([0, sentence, sentence, 1]);
});

it('leaves out schemas that nothing uses', async () => {
  await writeFile(
    path.join(directory, 'schemas.ts'),
    `import * as z from 'zod';
     export const usedSchema = z.object({ used: z.string().optional() });
     const unusedSchema: z.ZodType = z
       .object({ unused: z.string().optional() });
     export const alsoUnused = unusedSchema.optional();
     export const limit = [1].length;`,
  );
  const zod = `export const string = () => ({ optional: () => 'optional string' });
     export const object = (shape) => ({ ...shape, optional: () => shape });`;
  const program = await bundleText(
    "import { limit, usedSchema } from './schemas.ts'; console.log(JSON.stringify([limit, usedSchema]));",
    {
      plugins: [
        pureSchemas(/schemas\.ts$/),
        {
          name: 'zod',
          resolveId: (id: string) => (id === 'zod' ? id : null),
          load: (id: string) => (id === 'zod' ? zod : null),
        },
      ],
    },
  );
  expect(await readFile(program, 'utf8')).not.toMatch(/unused/i);
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  expect(JSON.parse(stdout)).toEqual([1, { used: 'optional string' }]);
});

it('puts CommonJS modules into functions that V8 compiles together with the chunk', async () => {
  await mkdir(path.join(directory, 'node_modules', 'old'), { recursive: true });
  await writeFile(
    path.join(directory, 'node_modules', 'old', 'index.js'),
    'exports.add = (a, b) => a + b; exports.name = __filename;',
  );
  const program = await bundleText("import { add } from 'old'; console.log(add(1, 2));", { minify: true });
  const start = (await readFile(program, 'utf8')).search(/\(\w+=>\{\w+\.add=/);
  const log = path.join(directory, 'v8.log');
  const flags = ['--log-function-events', '--no-logfile-per-isolate', `--logfile=${log}`];
  await promisify(execFile)(process.execPath, [...flags, program]);
  const events = await readFile(log, 'utf8');
  const script = /^script-details,(\d+),[^,]*main\.cjs,/m.exec(events)?.[1];
  // What V8 only checks at first it parses again at the first call: an event of its own.
  const [compiled, called] = ['interpreter', 'parse-function'].map((event) =>
    events.includes(`\nfunction,${event},${script},${start + 1},`),
  );
  expect({ start: start > 0, compiled, called }).toEqual({ start: true, compiled: true, called: false });
});

it('puts what import() loads into chunks only with splitting, and writes source maps', async () => {
  await writeFile(path.join(directory, 'later.ts'), 'export const later: string = import.meta.url;');
  const text = "void import('./later.ts').then(({ later }) => console.log(later));";
  const program = await bundleText(text, {});
  expect((await readdir(directory)).toSorted()).toEqual([
    'later.ts',
    'main.cjs',
    'main.cjs.map',
    'source.ts',
  ]);
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  expect(stdout.trim()).toBe(`file://${program}`);
  await bundleText(text, { splitting: true });
  const chunks = (await readdir(directory)).filter((name) => /^later-.*\.cjs$/.test(name));
  expect(chunks).toHaveLength(1);
  expect(await readFile(program, 'utf8')).toContain(`./${String(chunks[0])}`);
});

it('names the error of a source that cannot be bundled', async () => {
  await expect(bundleText("import './missing.ts';", {})).rejects.toThrow(/do not bundle[^]*missing\.ts/);
});

it('removes chunks that neither of the last two builds wrote', async () => {
  const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000);
  for (const [name, age] of [
    ['chunk-of-the-build-before-last.mjs', 300],
    ['chunk-of-the-last-build.mjs', 50],
    ['main.mjs', 0],
  ] as const) {
    const file = path.join(directory, name);
    await writeFile(file, '');
    await utimes(file, secondsAgo(age), secondsAgo(age));
  }
  await mkdir(path.join(directory, 'folder'));
  removeStaleOutputs(directory, secondsAgo(60).getTime());
  expect((await readdir(directory)).sort()).toEqual(['chunk-of-the-last-build.mjs', 'folder', 'main.mjs']);
});
