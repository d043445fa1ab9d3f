import { readFileSync } from 'node:fs';
import { Script } from 'node:vm';

/**
 * `require` for the files of a bundle in `directory`, with V8's code cache: it replaces compiling them.
 * `requireOther` loads builtin modules and packages.
 *
 * The cache of a file is next to it, with `.cache` added to its name, and begins with the code that it was
 * made of: it is not used for any other. V8 refuses the cache of another version, build or architecture, and
 * compiles. It runs with the rights of the program: who may write it may write the files next to it, too.
 *
 * `onScript` is for scripts/code-cache.mjs, which makes the caches.
 */
export function cachedRequire(
  requireOther: (name: string) => unknown,
  directory: string,
  onScript?: (file: string, source: Buffer, script: Script) => void,
): (name: string) => unknown {
  const modules = new Map<string, { exports: unknown }>();
  const load = (name: string): unknown => {
    if (!name.startsWith('./') && !name.startsWith(`${directory}/`)) return requireOther(name);
    const file = `${directory}/${name.slice(name.lastIndexOf('/') + 1)}`;
    const known = modules.get(file);
    if (known !== undefined) return known.exports;
    const source = readFileSync(file);
    const script = new Script(`${wrapper}${source.toString()}\n})`, {
      filename: file,
      columnOffset: -wrapper.length,
      cachedData: cacheOf(file, source),
    });
    onScript?.(file, source, script);
    const module = { exports: {} };
    modules.set(file, module);
    const run = script.runInThisContext() as (...values: readonly unknown[]) => void; // by the wrapper
    try {
      run(module.exports, load, module, file, directory);
    } catch (error) {
      modules.delete(file);
      throw error;
    }
    return module.exports;
  };
  return load;
}

/** As Node wraps a CommonJS module. */
const wrapper = '(function (exports, require, module, __filename, __dirname) {';

function cacheOf(file: string, source: Buffer): Buffer | undefined {
  try {
    const cache = readFileSync(`${file}.cache`);
    return cache.subarray(0, source.length).equals(source) ? cache.subarray(source.length) : undefined;
  } catch {
    return undefined;
  }
}
