// How the sources are bundled: by rolldown, with which Vite also builds the renderer.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ActionableError, firstLines, runOrThrow } from './console.mjs';
import { escapeNonAscii } from './escape-non-ascii.mjs';
import { lazyBuiltins, lazyData, lazyDockerode, lazyI18next } from './lazy-modules.mjs';
import { at, repository } from './paths.mjs';

// Not bundled, like Node's own modules: a native module, and what Electron provides.
const external = ['koffi', 'electron'];

const aliases = Object.fromEntries(
  [
    // dockerode loads these for engines over SSH, for BuildKit's sessions and progress, and for contexts of
    // builds, which are not used here: two megabytes and a network stack less.
    ...['ssh2', '@grpc/grpc-js', '@grpc/proto-loader', 'protobufjs', 'tar-fs', '@balena/dockerignore'],
    // electron-store would validate a schema with the first two, and migrate by versions with the third; ours
    // does neither.
    ...['ajv/dist/2020.js', 'ajv-formats', 'semver'],
  ].map((name) => [name, at('scripts', 'absent-module.cjs')]),
);

/** The areas of the catalogue: no process needs the sentences of all. */
const sentences = /^shared\/messages\/catalogue\/(?:en|zh-CN)\/(?!index)[\w-]+\.ts$/;

/** A `minify` option: removes whitespace, keeps names. Stack traces stay readable. */
const withoutWhitespace = { compress: false, mangle: false, codegen: { removeWhitespace: true } };

/**
 * rolldown's options for entry points that run in Node or Electron's main process.
 *
 * @param {object} options
 * @param {Record<string, string>} options.input entry points: names of the outputs, and their sources
 * @param {string} options.directory where the outputs go
 * @param {string} options.target the oldest Node that runs it, such as `node24`
 * @param {boolean | object} [options.splitting] modules loaded by `import()` are in own chunks; as an
 *   object, rolldown's `codeSplitting`. Otherwise each entry point becomes one file, and only one can be
 *   built at once
 * @param {boolean | object} [options.minify] rolldown's option; not minified by default
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
      // Required, too, where `import()` names one: code that V8 has from a cache cannot import.
      dynamicImportInCjs: false,
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
 * Bundles entry points.
 *
 * @param {Parameters<typeof rolldownOptions>[0] & { ascii?: boolean }} options those of rolldownOptions; with
 *   `ascii` other characters are escaped: V8 keeps two bytes for each character of a file that has any. They
 *   may be only in literals and comments; what follows one on its line moves against the source map
 * @throws {ActionableError} with the first errors of the bundler
 */
export async function bundle({ ascii = false, ...options }) {
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
  writeOutputs(options.directory, output, ascii ? escapeNonAscii : (code) => code);
}

/** Options of the command line's bundle: main.cjs runs program.cjs with a code cache (`makeCodeCache`). */
export const commandLineBundle = (directory) => ({
  input: {
    main: at('cli', 'start.ts'),
    program: at('cli', 'main.ts'),
    'inherited-descriptors': at('gateway', 'base', 'inherited-descriptors.ts'),
    dockerode: 'dockerode',
    i18next: 'i18next',
  },
  directory,
  target: 'node24',
  splitting: {
    // Few files, instead of one for each set of modules that have the same users: to load a file takes as
    // long as 10 KB more in another one.
    groups: [
      // What every command needs, and the first part of `status`.
      { name: 'start', test: /[\\/]cli[\\/](?:main|status-command)\.ts$/, priority: 3 },
      {
        name: 'zod',
        test: /[\\/](?:node_modules[\\/]zod[\\/]|cli[\\/]uncompiled-schemas\.ts$)/,
        priority: 2,
      },
      // What reads the state of an engine.
      {
        name: 'state',
        test: /[\\/](?:cli[\\/]status-output|targets[\\/]embedded[\\/]target)\.ts$/,
        priority: 1,
      },
    ],
  },
  minify: withoutWhitespace,
  // Most commands need none of the builtin modules; together they account for a third of Node's own start.
  plugins: [
    lazyDockerode,
    lazyI18next,
    lazyData(sentences),
    lazyBuiltins([
      'node:child_process',
      'node:crypto',
      'node:http',
      'node:http2',
      'node:https',
      'node:net',
      'node:perf_hooks',
      'node:readline',
      'node:readline/promises',
      'node:stream',
      'node:tls',
      'node:zlib',
    ]),
  ],
});

/**
 * Options of the gateway's bundles: main.cjs runs program.cjs with a code cache (`makeCodeCache`). Each is
 * one file: a gateway runs for months, and an upgrade may replace what it would load later.
 */
export function gatewayBundles(directory) {
  const common = { directory, target: 'node24', minify: true };
  return [
    { ...common, input: { 'splice-thread': at('gateway', 'http', 'splice', 'thread.ts') } },
    { ...common, input: { main: at('cli', 'start.ts') } },
    {
      ...common,
      input: { 'inherited-descriptors': at('gateway', 'base', 'inherited-descriptors.ts') },
    },
    {
      ...common,
      ascii: true,
      input: { program: at('cli', 'gateway-main.ts') },
      // 10 MB that most gateways never need; used by builds over gRPC, and registries.
      plugins: [lazyData(sentences), lazyBuiltins(['node:http2', 'node:https', 'node:tls'])],
    },
  ];
}

/**
 * Adds V8's code cache to a built program, by running it in this Node: a command takes half the time to start
 * (docs/decisions/015-start-of-a-command.md), and a gateway less memory
 * (docs/decisions/013-memory-of-the-gateway.md).
 *
 * @param {'command-line' | 'gateway'} program what runs in it (scripts/code-cache.mjs)
 */
export const makeCodeCache = (program, directory) =>
  runOrThrow(
    process.execPath,
    // V8 refuses a cache that was made without the flags that the launcher passes.
    [...(program === 'gateway' ? ['--expose-gc'] : []), at('scripts', 'code-cache.mjs'), program, directory],
    `No code cache could be made of the ${program.replace('-', ' ')}: see below.`,
  );

/** Options of the two bundles of an Electron app whose main process starts in `entry`: main and preload. */
export function electronBundles({ entry, directory }) {
  const common = { directory, target: 'node18' };
  return [
    {
      ...common,
      // The window opens before the engine's modules are loaded.
      input: { main: entry, dockerode: 'dockerode', i18next: 'i18next' },
      splitting: true,
      minify: withoutWhitespace,
      plugins: [
        lazyDockerode,
        lazyI18next,
        lazyData(sentences),
        lazyBuiltins([
          'node:child_process',
          'node:http',
          'node:http2',
          'node:https',
          'node:net',
          'node:readline',
          'node:tls',
          'node:zlib',
        ]),
      ],
    },
    // Separate, and in one file: a sandboxed preload can require nothing of Node.
    { ...common, input: { preload: at('electron', 'preload', 'index.ts') } },
  ];
}

/**
 * Installs the files of a bundle, each atomically, the entry points last. Chunks of the previous build stay
 * until the next one (`removeStaleOutputs`): a running program may still load them.
 */
function writeOutputs(directory, output, encode) {
  mkdirSync(directory, { recursive: true });
  for (const file of [...output].sort((a, b) => Number(a.isEntry ?? false) - Number(b.isEntry ?? false))) {
    const target = path.join(directory, file.fileName);
    const fresh = `${target}.${process.pid}`;
    writeFileSync(fresh, file.type === 'chunk' ? encode(file.code) : file.source);
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
