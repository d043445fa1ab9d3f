import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  lazyBuiltins,
  bundle,
  lazyData,
  eagerReactCompilation,
  removeStaleOutputs,
  pureSchemas,
} from './bundle.mjs';

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

it('puts React into functions that V8 compiles at once, and nothing else', async () => {
  for (const name of ['react', 'other']) {
    await mkdir(path.join(directory, 'node_modules', name), { recursive: true });
    await writeFile(path.join(directory, 'node_modules', name, 'index.js'), `exports.name = '${name}';`);
  }
  const program = await bundleText(
    "import { name } from 'react'; import { name as other } from 'other'; console.log(name, other);",
    { minify: true, plugins: [eagerReactCompilation] },
  );
  const text = await readFile(program, 'utf8');
  expect(text).toMatch(/\(\(function\(\w*\)\{\w+\.name=`react`\}\)\)/);
  expect(text).toMatch(/\(\(\w+=>\{\w+\.name=`other`\}\)\)/);
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  expect(stdout).toBe('react other\n');
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
