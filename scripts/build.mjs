// `npm run build`: command line, Electron main and preload, renderer, and the C programs. Builds only what
// has changed.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {
  bundle,
  bundleRenderer,
  commandLineBundle,
  electronBundles,
  gatewayBundles,
  makeCodeCache,
  removeStaleOutputs,
} from './bundle.mjs';
import { ActionableError, main, runOrThrow, note, run, step } from './console.mjs';
import { installDebianPackages } from './debian-packages.mjs';
import { drawIcons } from './icons.mjs';
import { writeLicences } from './licences.mjs';
import { installNpmPackages } from './npm-packages.mjs';
import { at, isProgram, pinnedNode, repository } from './paths.mjs';
import { howToBuild, missingProbes } from './probes.mjs';

const targets = [
  {
    name: 'command line',
    inputs: ['shared', 'engine', 'supervisor', 'planner', 'gateway', 'cli'],
    outputs: ['dist/cli/main.cjs'],
    bundles: 'dist/cli',
    build: async () => {
      await bundle(commandLineBundle(at('dist', 'cli')));
      await makeCodeCache('command-line', at('dist', 'cli'));
    },
  },
  {
    // A bundle of its own: it runs for months beside the engine, and the rest of the command line would only
    // use memory.
    name: 'gateway',
    inputs: ['shared', 'engine', 'gateway', 'cli'],
    outputs: ['main', 'program', 'inherited-descriptors', 'splice-thread'].map(
      (name) => `dist/gateway/${name}.cjs`,
    ),
    bundles: 'dist/gateway',
    build: async () => {
      const directory = at('dist', 'gateway');
      for (const options of gatewayBundles(directory)) await bundle(options);
      // Elsewhere it does not run.
      if (process.platform === 'linux') await makeCodeCache('gateway', directory);
    },
  },
  {
    name: 'Electron main process',
    inputs: ['shared', 'engine', 'supervisor', 'planner', 'gateway', 'electron'],
    outputs: ['dist/electron/main.cjs', 'dist/electron/preload.cjs'],
    bundles: 'dist/electron',
    build: async () => {
      const entry = at('electron', 'main', 'index.ts');
      for (const options of electronBundles({ entry, directory: at('dist', 'electron') }))
        await bundle(options);
    },
  },
  {
    name: 'icons',
    inputs: ['scripts/icons.mjs'],
    outputs: ['dist/icons/protected.png', 'dist/icons/app.png'],
    build: () => drawIcons(),
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
      // For the other architecture too, if its cross compiler is installed.
      const { stdout } = await runOrThrow(
        'sh',
        [at('runtime', 'build.sh'), 'all'],
        'The C programs did not compile: see below, and check that gcc and libc6-dev are installed.',
        { cwd: repository },
      );
      for (const line of stdout.split('\n')) if (line !== '') note(line);
    },
  },
];

/** How the built app opens its window; `npm run dev` has its own. */
const windowTargets = ['Electron main process', 'renderer'];

/**
 * Builds every target whose inputs changed since its outputs were made, concurrently; with `window: false`
 * without the window's. Rejects with the first failure, after all have ended.
 */
async function buildStale({ window }) {
  const common = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'scripts/build.mjs',
    'scripts/bundle.mjs',
    'scripts/lazy-modules.mjs',
    'scripts/pure-schemas.mjs',
    'scripts/escape-non-ascii.mjs',
    'scripts/code-cache.mjs',
    'scripts/fake-engine.mjs',
    'scripts/absent-module.cjs',
  ];
  const stale = targets
    .filter((target) => target.onlyOn === undefined || target.onlyOn === process.platform)
    .filter((target) => window || !windowTargets.includes(target.name))
    .map((target) => ({
      ...target,
      stamp: at('dist', '.built', target.name.replaceAll(' ', '-')),
      digest: digest([...common, ...target.inputs]),
    }))
    .filter((target) => !isBuilt(target));
  if (process.platform !== 'linux' && missingProbes().length > 0)
    note(`ECI can't be turned on here yet (missing: ${missingProbes().join(' and ')}): ${howToBuild()}`);
  if (stale.length === 0) {
    note('The build is up to date');
    return;
  }
  step(`Building: ${stale.map((target) => target.name).join(', ')}`);
  const outcomes = await Promise.allSettled(
    stale.map(async (target) => {
      const begun = new Date();
      const previous = statSync(target.stamp, { throwIfNoEntry: false });
      // A failed build must not look like an old successful one.
      rmSync(target.stamp, { force: true });
      await target.build();
      const absent = target.outputs.filter((file) => !existsSync(at(file)));
      if (absent.length > 0)
        throw new ActionableError(
          `The build of the ${target.name} left no ${absent.join(', ')}: ` +
            'its configuration in scripts/build.mjs and the sources disagree.',
        );
      mkdirSync(path.dirname(target.stamp), { recursive: true });
      writeFileSync(target.stamp, target.digest);
      utimesSync(target.stamp, begun, begun);
      if (target.bundles !== undefined && previous !== undefined)
        removeStaleOutputs(at(target.bundles), previous.mtimeMs);
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

/** SHA-256 of names and contents of all files of the inputs, except tests and build outputs. */
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
 * Builds in a process of its own under the pinned Node, which the tools need and whose memory is freed with
 * it. `window: false` leaves out Electron's main process and the renderer. Rejects with what to do.
 */
export async function build({ window = true } = {}) {
  const args = [at('scripts', 'build.mjs'), '--set-up-done', ...(window ? [] : ['--without-window'])];
  const { code } = await run(pinnedNode, args, { show: true });
  if (code !== 0) throw new ActionableError('The build failed: fix the errors above and try again.');
}

if (isProgram(import.meta.url)) {
  await main(async () => {
    if (process.argv.includes('--set-up-done')) {
      await buildStale({ window: !process.argv.includes('--without-window') });
    } else {
      await Promise.all([installNpmPackages(), installDebianPackages()]);
      await build();
    }
  });
}
