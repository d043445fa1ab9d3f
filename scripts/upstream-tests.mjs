// Own tests of moby and docker/cli, compiled from Debian's source package of docker.io, beside the system,
// which stays as it is. `node scripts/upstream-tests.mjs` fetches and compiles them, once, and prints where
// they are. It takes some minutes, and 3 GB while it runs.
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { aptBeside } from './apt-beside.mjs';
import { makeOnce } from './cached-directory.mjs';
import { ActionableError, main, runOrThrow, note, step } from './console.mjs';
import { extract, goCommand, goVersion, suite, unpackGo } from './go-beside.mjs';
import { cache, isProgram } from './paths.mjs';

/**
 * What is compiled. `version` is that of the engine that engine tests run on. Each package of tests in
 * `packages`, of moby and of docker/cli, gets a program `test.main`; `programs` are made in `programs`, and
 * are looked up by their name.
 */
const recipe = {
  suite,
  package: 'docker.io',
  version: '26.1.5',
  go: goVersion,
  packages: {
    'github.com/docker/docker': [
      'integration-cli',
      ...['container', 'image', 'network', 'session', 'system', 'volume'].map(
        (name) => `integration/${name}`,
      ),
    ],
    'github.com/docker/cli': ['container', 'image', 'system'].map((name) => `e2e/${name}`),
  },
  programs: { 'docker-basic-plugin': 'testutil/fixtures/plugin/basic' },
};

const [moby, cli] = Object.keys(recipe.packages);

/** Where the sources of docker/cli are, next to those of moby. */
const cliBelow = (directory) => path.join(directory, 'docker-cli');

/**
 * Fetches and compiles what is not in the cache yet. Resolves with the directories of the sources of moby and
 * of docker/cli, which have a program `test.main` in the directory of each package of tests.
 */
export async function fetchUpstreamTests() {
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
  const directory = path.join(cache, 'upstream-tests', `${recipe.package}-${recipe.version}-${hash}`);
  await makeOnce(directory, async (work) => {
    const packages = path.join(work, 'packages');
    step(`Fetching the sources of ${recipe.package} ${recipe.version} from Debian ${recipe.suite}`);
    await fetchPackages(work);
    await unpackSources(packages, path.join(work, 'tree'));
    const go = await unpackGo(packages, path.join(work, 'go'));
    step(`Compiling its tests: ${Object.values(recipe.packages).flat().join(', ')}`);
    const sources = await compile(work, go, directory);
    // Packages that the programs were compiled from.
    for (const name of [moby, cli]) rmSync(path.join(sources, name, 'vendor'), { recursive: true });
    renameSync(path.join(sources, cli), cliBelow(path.join(sources, moby)));
    return path.join(sources, moby);
  });
  return { moby: directory, cli: cliBelow(directory) };
}

/** Puts the parts of the source package, and every Go package that it is built with, into `work/packages`. */
async function fetchPackages(work) {
  const apt = await aptBeside(work, recipe.suite, { sources: true });
  // Not the description of the source package: the signed lists have the hashes of its parts.
  for (const part of ['--tar-only', '--diff-only'])
    await apt('source', '--download-only', part, recipe.package);
  const { stdout } = await apt('build-dep', '--print-uris', '--no-install-recommends', recipe.package);
  const names = [...stdout.matchAll(/^'\S+' (golang-[^_\s]+)_/gm)].map(([, name]) => name);
  await apt('download', ...names);
}

/** Makes `engine`, `cli` and `buildkit` below `tree`, with Debian's patches, as its packages are built. */
async function unpackSources(packages, tree) {
  const files = readdirSync(packages);
  const part = (suffix) => {
    const file = files.find((name) => name.startsWith(`${recipe.package}_`) && name.endsWith(suffix));
    if (file?.startsWith(`${recipe.package}_${recipe.version}`) === true) return path.join(packages, file);
    throw new ActionableError(
      `Debian ${recipe.suite} has another ${recipe.package} now (${file ?? 'none'}): change the version in ` +
        'scripts/upstream-tests.mjs.',
    );
  };
  await extract(part('.orig.tar.xz'), 2, tree);
  await extract(part('.orig-cli.tar.xz'), 2, path.join(tree, 'cli'));
  await extract(part('.orig-buildkit.tar.xz'), 2, path.join(tree, 'buildkit'));
  await extract(part('.debian.tar.xz'), 1, path.join(tree, 'debian'));
  const patches = path.join(tree, 'debian', 'patches');
  const series = readFileSync(path.join(patches, 'series'), 'utf8').split('\n');
  for (const name of series.filter((line) => line !== '' && !line.startsWith('#')))
    await runOrThrow(
      'patch',
      ['-p1', '--batch', '--silent', '--input', path.join(patches, name)],
      `Debian's patch ${name} does not fit its sources.`,
      { cwd: tree },
    );
  // The one with Debian's patches is beside it; the package is built without this one, too.
  rmSync(path.join(tree, 'engine/vendor/github.com/moby/buildkit'), { recursive: true });
}

/**
 * Compiles the tests; resolves with the directory of all sources. `directory`: where those of moby will be.
 * Failures quote lines of them.
 */
async function compile(work, unpackedGo, directory) {
  const gopath = path.join(work, 'gopath');
  const sources = path.join(gopath, 'src');
  for (const [from, to] of [
    ['engine', moby],
    ['cli', cli],
    ['buildkit', 'github.com/moby/buildkit'],
  ]) {
    mkdirSync(path.dirname(path.join(sources, to)), { recursive: true });
    renameSync(path.join(work, 'tree', from), path.join(sources, to));
  }
  const go = goCommand({ go: unpackedGo, gopath, work });
  for (const [name, from] of Object.entries(recipe.programs))
    await go(path.join(sources, moby), 'build', '-o', `programs/${name}`, `./${from}`);
  for (const [tree, packages] of Object.entries(recipe.packages))
    for (const name of packages)
      await go(
        path.join(sources, tree),
        'test',
        '-c',
        '-vet=off',
        `-gcflags=-trimpath=${path.join(sources, tree)}=>${tree === moby ? directory : cliBelow(directory)}`,
        '-o',
        `${name}/test.main`,
        `./${name}`,
      );
  return sources;
}

if (isProgram(import.meta.url))
  await main(async () => {
    const directories = await fetchUpstreamTests();
    for (const [name, directory] of Object.entries(directories))
      note(`${name} ${recipe.version}: ${directory}`);
  });
