import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import type { Script } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cachedRequire } from './cached-require.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'bulkhead-cached-require-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true });
});

const at = (name: string) => path.join(directory, name);

/** Loads a file with its cache, if it has one; `cache` is what the build would store for it. */
function load(name: string) {
  const made: { source: Buffer; script: Script }[] = [];
  const nodeRequire = createRequire(at('main.cjs'));
  const exports = cachedRequire(nodeRequire, directory, (_, source, script) => made.push({ source, script }))(
    `./${name}`,
  );
  const [first] = made;
  if (first === undefined) throw new Error('nothing was compiled');
  return {
    exports,
    isRejected: first.script.cachedDataRejected,
    cache: Buffer.concat([first.source, first.script.createCachedData()]),
  };
}

describe('a file of a bundle', () => {
  it('runs once as CommonJS, with its path, and requires other files and packages', async () => {
    await writeFile(
      at('one.cjs'),
      `const { two } = require('./two.cjs');
       exports.two = [two, require(__dirname + '/two.cjs').two];
       exports.place = [__filename, __dirname, require('node:path').sep];`,
    );
    await writeFile(at('two.cjs'), 'globalThis.runs = (globalThis.runs ?? 0) + 1; exports.two = runs;');
    expect(load('one.cjs').exports).toEqual({
      two: [1, 1],
      place: [at('one.cjs'), directory, path.sep],
    });
  });

  it('can replace its exports', async () => {
    await writeFile(at('one.cjs'), "module.exports = 'replaced';");
    expect(load('one.cjs').exports).toBe('replaced');
  });

  it('that throws while it loads is run anew when it is required again, as in Node', async () => {
    await writeFile(at('one.cjs'), "require('./two.cjs');");
    await writeFile(at('two.cjs'), "exports.early = 1; if (!globalThis.mayLoad) throw new Error('not yet');");
    const requireFile = cachedRequire(createRequire(at('main.cjs')), directory);
    for (const name of ['./two.cjs', './one.cjs', './two.cjs', './one.cjs'])
      expect(() => requireFile(name)).toThrow('not yet');
    vi.stubGlobal('mayLoad', true);
    expect(requireFile('./two.cjs')).toEqual({ early: 1 });
    vi.unstubAllGlobals();
  });

  // Under another name than the one that it was compiled under: V8 remembers that in this process.
  const source = 'exports.value = 1;';
  const withCache = async (change: (cache: Buffer) => Buffer) => {
    await writeFile(at('one.cjs'), source);
    const { cache, isRejected } = load('one.cjs');
    expect(isRejected).toBeUndefined();
    await writeFile(at('two.cjs'), source);
    const changed = change(cache.subarray(source.length));
    await writeFile(at('two.cjs.cache'), Buffer.concat([Buffer.from(source), changed]));
  };

  it('is run from the cache that was made of it', async () => {
    await withCache((cache) => cache);
    expect(load('two.cjs')).toMatchObject({ exports: { value: 1 }, isRejected: false });
  });

  it('is compiled if the cache was made of other code, of the same length too', async () => {
    await withCache((cache) => cache);
    await writeFile(at('two.cjs'), 'exports.value = 2;');
    expect(load('two.cjs')).toMatchObject({ exports: { value: 2 }, isRejected: undefined });
  });

  it.each([
    ['of another V8', (cache: Buffer) => Buffer.from(cache).fill(0, 0, 16)],
    ['that is cut off', (cache: Buffer) => cache.subarray(0, 20)],
    ['that is empty', () => Buffer.alloc(0)],
  ])('is compiled with a cache %s', async (_what, change) => {
    await withCache(change);
    expect(load('two.cjs')).toMatchObject({ exports: { value: 1 }, isRejected: true });
  });
});
