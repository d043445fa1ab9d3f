// How the sources are bundled: by rolldown, with which Vite also builds the renderer.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ActionableError, firstLines } from './console.mjs';
import { at, repository } from './paths.mjs';

// Not bundled, like Node's own modules: a native module, and what Electron provides.
const external = ['koffi', 'electron'];

const aliases = Object.fromEntries(
  [
    // dockerode loads these for engines over SSH and for BuildKit sessions, which are not used here: two
    // megabytes and a network stack less.
    ...['ssh2', '@grpc/grpc-js', '@grpc/proto-loader'],
    // electron-store would validate a schema with the first two, and migrate by versions with the third; ours
    // does neither.
    ...['ajv/dist/2020.js', 'ajv-formats', 'semver'],
  ].map((name) => [name, at('scripts', 'absent-module.cjs')]),
);

/** A `minify` option: removes whitespace, keeps names. Stack traces stay readable. */
export const withoutWhitespace = { compress: false, mangle: false, codegen: { removeWhitespace: true } };

/**
 * rolldown's options for entry points that run in Node or Electron's main process.
 *
 * @param {object} options
 * @param {Record<string, string>} options.input entry points: names of the outputs, and their sources
 * @param {string} options.directory where the outputs go
 * @param {string} options.target the oldest Node that runs it, such as `node24`
 * @param {boolean} [options.splitting] what `import()` loads comes in chunks of its own; otherwise each entry
 *   point becomes one file, and only one can be built at once
 * @param {object} [options.minify] rolldown's option; not minified by default
 * @param {object[]} [options.plugins] rolldown's plugins
 */
export function rolldownOptions({
  input,
  directory,
  target,
  splitting = false,
  minify = false,
  plugins = [],
}) {
  return {
    input,
    cwd: repository,
    platform: 'node',
    external,
    tsconfig: false,
    logLevel: 'silent',
    // The ES modules of packages that have both: relative `require` calls inside a wrapper cannot be bundled.
    resolve: { alias: aliases, mainFields: ['module', 'main'] },
    transform: { target },
    plugins,
    output: {
      dir: directory,
      // Importing a builtin module as an ES module evaluates all its exports: for node:http, fetch too.
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
      codeSplitting: splitting,
      sourcemap: true,
      comments: { legal: true, annotation: false, jsdoc: false },
      minify,
    },
  };
}

/**
 * Bundles entry points; `options` are those of rolldownOptions.
 *
 * @throws {ActionableError} with the first errors of the bundler
 */
export async function bundle(options) {
  const { rolldown } = await import('rolldown');
  const { output: outputOptions, ...inputOptions } = rolldownOptions(options);
  let output;
  try {
    const bundled = await rolldown(inputOptions);
    ({ output } = await bundled.generate(outputOptions));
    await bundled.close();
  } catch (error) {
    throw new ActionableError(
      `The sources do not bundle:\n${firstLines(error instanceof Error ? error.message : String(error), 12)}`,
    );
  }
  writeOutputs(options.directory, output);
}

/** Options of the two bundles of an Electron app whose main process starts in `entry`: main and preload. */
export function electronBundles({ entry, directory }) {
  const common = { directory, target: 'node18' };
  return [
    {
      ...common,
      // The window opens before the engine's modules are loaded.
      input: { main: entry, dockerode: 'dockerode' },
      splitting: true,
      minify: withoutWhitespace,
      plugins: [dockerodeAtFirstUse],
    },
    // Separate, and in one file: a sandboxed preload can require nothing of Node.
    { ...common, input: { preload: at('electron', 'preload', 'index.ts') } },
  ];
}

/**
 * Installs the files of a bundle, each atomically, the entry points last. Chunks of the previous build stay
 * until the next one (`removeStaleOutputs`): a running program may still load them.
 */
function writeOutputs(directory, output) {
  mkdirSync(directory, { recursive: true });
  for (const file of [...output].sort((a, b) => Number(a.isEntry ?? false) - Number(b.isEntry ?? false))) {
    const target = path.join(directory, file.fileName);
    const fresh = `${target}.${process.pid}`;
    writeFileSync(fresh, file.type === 'chunk' ? file.code : file.source);
    renameSync(fresh, target);
  }
}

/**
 * Removes files last written before the build that began at `previousBuildMs`: chunks with names that no
 * later build used. A build gives every file of its own a new time.
 */
export function removeStaleOutputs(directory, previousBuildMs) {
  for (const name of readdirSync(directory)) {
    const file = path.join(directory, name);
    const found = statSync(file);
    if (found.isFile() && found.mtimeMs < previousBuildMs) rmSync(file);
  }
}

/**
 * Plugin: loads builtin modules of Node at the first use of an export instead of at start. What imports one
 * gets a module whose exports are getters, by the names that they have in the Node that builds.
 *
 * @param {string[]} names such as `node:tls`
 */
export function builtinsAtFirstUse(names) {
  const prefix = '\0at-first-use:';
  return {
    name: 'builtins-at-first-use',
    resolveId: (source, importer) =>
      names.includes(source) && importer?.startsWith(prefix) === false ? `${prefix}${source}.cjs` : null,
    load: (id) => {
      if (!id.startsWith(prefix)) return null;
      const name = id.slice(prefix.length, -'.cjs'.length);
      return `for (const name of ${JSON.stringify(Object.keys(process.getBuiltinModule(name)))})
        Object.defineProperty(exports, name, { enumerable: true, get: () => require('${name}')[name] });`;
    },
  };
}

/**
 * Plugin: loads dockerode when the first client is created, from an entry point of its own with that name. It
 * takes 20 ms to load, and is not needed for the state that a window shows first.
 */
export const dockerodeAtFirstUse = {
  name: 'dockerode-at-first-use',
  resolveId: (source, importer) =>
    source === 'dockerode' && importer !== undefined ? '\0dockerode-at-first-use.cjs' : null,
  load: (id) =>
    id === '\0dockerode-at-first-use.cjs'
      ? 'module.exports = new Proxy(class {}, { construct: (_, ' +
        "given) => Reflect.construct(require(__dirname + '/dockerode.cjs'), given) });"
      : null,
};

/** Builds the renderer with Vite next to the old one, and then replaces that. */
export async function bundleRenderer() {
  const { build } = await import('vite');
  const fresh = at('dist', `.renderer-${process.pid}`);
  const old = at('dist', `.renderer-old-${process.pid}`);
  try {
    await build({ configFile: at('vite.config.ts'), logLevel: 'silent', build: { outDir: fresh } });
    if (existsSync(at('dist', 'renderer'))) renameSync(at('dist', 'renderer'), old);
    renameSync(fresh, at('dist', 'renderer'));
  } catch (error) {
    throw new ActionableError(
      'The renderer does not build:\n' +
        firstLines(error instanceof Error ? error.message : String(error), 12),
    );
  } finally {
    for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true });
  }
}
