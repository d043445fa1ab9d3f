// `npm run build`: command line, Electron main and preload, renderer, and the C programs. What is up to date
// is not built again.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { Actionable, firstLines, main, must, note, run, step } from './console.mjs';
import { installDebianPackages } from './debian-packages.mjs';
import { drawIcons } from './icons.mjs';
import { writeLicences } from './licences.mjs';
import { installNpmPackages } from './npm-packages.mjs';
import { at, isProgram, pinnedNode, repository } from './paths.mjs';
import { howToGet, missingProbes } from './probes.mjs';

// CommonJS packages inside an ES module still call require(); those in the CommonJS bundle may ask for
// import.meta.url.
const requireInModule =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";
const moduleUrls = {
  banner: {
    js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href; const __moduleDirectory = __dirname;",
  },
  define: { 'import.meta.url': '__moduleUrl', 'import.meta.dirname': '__moduleDirectory' },
};
// Native modules stay outside the bundles.
const native = ['koffi'];
// dockerode loads these for engines over SSH and for BuildKit sessions, which we don't use: two megabytes and
// a network stack less.
const absent = Object.fromEntries(
  ['ssh2', '@grpc/grpc-js', '@grpc/proto-loader'].map((name) => [name, at('scripts', 'absent-module.cjs')]),
);
// electron-store would check a schema with the first two, and migrate by versions with the third; ours does
// neither.
const neverUsed = Object.fromEntries(
  ['ajv/dist/2020.js', 'ajv-formats', 'semver'].map((name) => [name, at('scripts', 'absent-module.cjs')]),
);

const targets = [
  {
    name: 'command line',
    inputs: ['shared', 'engine', 'supervisor', 'planner', 'gateway', 'cli'],
    outputs: ['dist/cli/main.mjs'],
    build: () =>
      bundle({
        entryPoints: [at('cli', 'main.ts')],
        outdir: at('dist', 'cli'),
        outExtension: { '.js': '.mjs' },
        format: 'esm',
        target: 'node24',
        external: native,
        splitting: true,
        chunkNames: '[name]-[hash]',
        banner: { js: requireInModule },
      }),
  },
  {
    // A bundle of its own: it runs for months beside the engine, and the rest of the command line would only
    // sit in its memory. CommonJS, because importing node:http as an ES module loads fetch and its company
    // with it: 14 MB.
    name: 'gateway',
    inputs: ['shared', 'gateway', 'cli'],
    outputs: ['dist/gateway/main.cjs', 'dist/gateway/splice-thread.cjs'],
    build: async () => {
      const common = {
        outdir: at('dist', 'gateway'),
        outExtension: { '.js': '.cjs' },
        format: 'cjs',
        target: 'node24',
        external: native,
        minify: true,
        ...moduleUrls,
      };
      await bundle({
        ...common,
        entryPoints: { 'splice-thread': at('gateway', 'http', 'splice', 'thread.ts') },
      });
      await bundle(
        {
          ...common,
          entryPoints: { main: at('cli', 'gateway-main.ts') },
          banner: {
            js: `${moduleUrls.banner.js} const lazily = (name) => new Proxy({}, { get: (_, key) => require(name)[key] });`,
          },
        },
        loadedLazily,
      );
    },
  },
  {
    name: 'Electron main process',
    inputs: ['shared', 'engine', 'supervisor', 'planner', 'gateway', 'electron'],
    outputs: ['dist/electron/main.cjs', 'dist/electron/preload.cjs'],
    build: async () => {
      await bundleInParts(at('electron', 'main', 'index.ts'), at('dist', 'electron'));
      // Apart, and whole: a sandboxed preload can require nothing of Node.
      await bundle({
        entryPoints: { preload: at('electron', 'preload', 'index.ts') },
        outdir: at('dist', 'electron'),
        outExtension: { '.js': '.cjs' },
        format: 'cjs',
        target: 'node18',
        external: ['electron'],
      });
    },
  },
  {
    name: 'icons',
    inputs: ['scripts/icons.mjs', 'scripts/raster.mjs'],
    outputs: ['dist/icons/protected.png', 'dist/icons/app.png'],
    build: () => {
      drawIcons();
    },
  },
  {
    name: 'licences',
    inputs: ['scripts/licences.mjs'],
    outputs: ['dist/licences.json'],
    build: () => {
      writeLicences();
    },
  },
  {
    name: 'renderer',
    inputs: ['shared', 'renderer', 'vite.config.ts'],
    outputs: ['dist/renderer/index.html'],
    build: bundleRenderer,
  },
  {
    name: 'isolation runtime',
    inputs: ['runtime'],
    outputs: ['runtime/build/bulkhead-runc', 'runtime/build/bulkhead-probe'],
    onlyOn: 'linux',
    build: async () => {
      // The other architecture's too, where its cross compiler is installed.
      const { stdout } = await must(
        'sh',
        [at('runtime', 'build.sh'), 'all'],
        'The C programs did not compile: see below, and check that gcc and libc6-dev are installed.',
        { cwd: repository },
      );
      for (const line of stdout.split('\n')) if (line !== '') note(line);
    },
  },
];

/**
 * Builds every target whose inputs changed since its outputs were made, side by side. Rejects with the first
 * failure, after all have ended.
 */
async function buildStale() {
  const common = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'scripts/build.mjs',
    'scripts/absent-module.cjs',
  ];
  const stale = targets
    .filter((target) => target.onlyOn === undefined || target.onlyOn === process.platform)
    .map((target) => ({
      ...target,
      stamp: at('dist', '.built', target.name.replaceAll(' ', '-')),
      digest: digest([...common, ...target.inputs]),
    }))
    .filter((target) => !isBuilt(target));
  if (process.platform !== 'linux' && missingProbes().length > 0)
    note(`ECI can't be turned on here yet, for want of ${missingProbes().join(' and ')}: ${howToGet()}`);
  if (stale.length === 0) {
    note('The build is up to date');
    return;
  }
  step(`Building: ${stale.map((target) => target.name).join(', ')}`);
  const outcomes = await Promise.allSettled(
    stale.map(async (target) => {
      // A failed build must not look like an old good one.
      rmSync(target.stamp, { force: true });
      await target.build();
      const absent = target.outputs.filter((file) => !existsSync(at(file)));
      if (absent.length > 0)
        throw new Actionable(
          `The build of the ${target.name} left no ${absent.join(', ')}: its configuration in scripts/build.mjs and the sources disagree.`,
        );
      mkdirSync(path.dirname(target.stamp), { recursive: true });
      writeFileSync(target.stamp, target.digest);
    }),
  );
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
}

function isBuilt({ stamp, digest: wanted, outputs }) {
  return (
    existsSync(stamp) &&
    readFileSync(stamp, 'utf8') === wanted &&
    outputs.every((file) => existsSync(at(file)))
  );
}

/**
 * dockerode takes 20 ms to read and run, and the state that a window first shows needs none of it: what our
 * modules import is a stand-in that takes the class, an entry of its own, from its file when the first client
 * is made.
 */
const atFirstUse = {
  entry: { dockerode: 'dockerode' },
  plugin: {
    name: 'at-first-use',
    resolveId: (source, importer) =>
      source === 'dockerode' && importer !== undefined ? '\0dockerode-at-first-use.cjs' : null,
    load: (id) =>
      id === '\0dockerode-at-first-use.cjs'
        ? `module.exports = new Proxy(class {}, { construct: (_, given) => Reflect.construct(require(__moduleDirectory + '/dockerode.cjs'), given) });`
        : null,
  },
};

/**
 * Bundles with esbuild, from the ES modules of packages that have both (what requires relatively in a wrapper
 * of its own can't be bundled). Files appear whole, the entry points last, and earlier chunks stay: what runs
 * from an older build may still load them.
 */
async function bundle(options, change = (text) => text) {
  const { build: esbuild } = await import('esbuild');
  let result;
  try {
    result = await esbuild({
      bundle: true,
      platform: 'node',
      mainFields: ['module', 'main'],
      sourcemap: 'linked',
      legalComments: 'eof',
      charset: 'utf8',
      logLevel: 'silent',
      absWorkingDir: repository,
      write: false,
      alias: absent,
      ...options,
    });
  } catch (error) {
    throw new Actionable(
      `The sources do not bundle:\n${firstLines((error.errors ?? []).map(({ text, location }) => `${location ? `${location.file}:${location.line}: ` : ''}${text}`).join('\n') || String(error), 12)}`,
    );
  }
  writeWhole(
    result.outputFiles.map((file) => ({
      path: file.path,
      content: file.path.endsWith('.map') ? file.contents : change(file.text),
    })),
  );
}

/** Puts the files of a bundle into place, each at once, the entry points last. */
function writeWhole(files) {
  const isEntry = ({ path: file }) => /^(main|preload)\.[cm]js$/.test(path.basename(file));
  for (const { path: file, content } of files.sort((a, b) => Number(isEntry(a)) - Number(isEntry(b)))) {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(`${file}.${process.pid}`, content);
    renameSync(`${file}.${process.pid}`, file);
  }
}

/**
 * Bundles the Electron main process with rolldown, which, other than esbuild, also splits CommonJS: the
 * window is there before the engine's modules are read. Whitespace goes, names stay: what a defect reports
 * can be read.
 */
async function bundleInParts(entry, directory) {
  const { rolldown } = await import('rolldown');
  let output;
  try {
    const bundled = await rolldown({
      input: { main: entry, ...atFirstUse.entry },
      cwd: repository,
      platform: 'node',
      external: [...native, 'electron', /^node:/],
      tsconfig: false,
      logLevel: 'silent',
      resolve: { alias: { ...absent, ...neverUsed }, mainFields: ['module', 'main'] },
      transform: { target: 'node18', define: moduleUrls.define },
      plugins: [atFirstUse.plugin],
    });
    ({ output } = await bundled.generate({
      format: 'cjs',
      entryFileNames: '[name].cjs',
      chunkFileNames: '[name]-[hash].cjs',
      banner: moduleUrls.banner.js,
      sourcemap: true,
      comments: { legal: true, annotation: false, jsdoc: false },
      minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    }));
    await bundled.close();
  } catch (error) {
    throw new Actionable(
      `The sources do not bundle:\n${firstLines(error instanceof Error ? error.message : String(error), 12)}`,
    );
  }
  writeWhole(
    output.map((file) => ({
      path: path.join(directory, file.fileName),
      content: file.type === 'chunk' ? file.code : file.source,
    })),
  );
}

/**
 * Has Node's TLS and HTTP/2 loaded at their first use: 10 MB that most gateways never need (builds over gRPC,
 * and registries, do). As long as the text it replaces, so that the source map stays true.
 */
function loadedLazily(text) {
  const changed = text.replaceAll(/require\("(node:(?:http2|https|tls))"\)/g, 'lazily ("$1")');
  if (changed === text)
    throw new Actionable(
      "The gateway's bundle loads TLS and HTTP/2 in another way than scripts/build.mjs expects: see loadedLazily there.",
    );
  return changed;
}

/** Builds with Vite beside the old renderer, and puts the new one in its place. */
async function bundleRenderer() {
  const { build: vite } = await import('vite');
  const fresh = at('dist', `.renderer-${process.pid}`);
  const old = at('dist', `.renderer-old-${process.pid}`);
  try {
    await vite({ configFile: at('vite.config.ts'), logLevel: 'silent', build: { outDir: fresh } });
    if (existsSync(at('dist', 'renderer'))) renameSync(at('dist', 'renderer'), old);
    renameSync(fresh, at('dist', 'renderer'));
  } catch (error) {
    throw new Actionable(
      `The renderer does not build:\n${firstLines(error instanceof Error ? error.message : String(error), 12)}`,
    );
  } finally {
    for (const left of [fresh, old]) rmSync(left, { recursive: true, force: true });
  }
}

/** SHA-256 over names and contents of all files of the inputs, tests and build outputs aside. */
function digest(inputs) {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap((input) => filesOf(at(input))).sort()) {
    hash
      .update(`${path.relative(repository, file)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesOf(where) {
  const found = statSync(where, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (found.isFile()) return /\.test\.tsx?$/.test(where) ? [] : [where];
  if (where === at('runtime', 'build')) return [];
  return readdirSync(where).flatMap((name) => filesOf(path.join(where, name)));
}

/**
 * Builds in a process of its own under the pinned Node, which the tools need and whose memory goes with it.
 * Rejects with what to do.
 */
export async function build() {
  const { code } = await run(pinnedNode, [at('scripts', 'build.mjs'), '--set-up-done'], { show: true });
  if (code !== 0) throw new Actionable('The build failed: repair what is said above and try again.');
}

if (isProgram(import.meta.url)) {
  await main(async () => {
    if (process.argv.includes('--set-up-done')) {
      await buildStale();
    } else {
      await Promise.all([installNpmPackages(), installDebianPackages()]);
      await build();
    }
  });
}
