// moby's own tests, compiled from Debian's source package of docker.io, beside the system, which stays as it
// is. `node scripts/upstream-tests.mjs` fetches and compiles them, once, and prints where they are. It takes
// some minutes, and 3 GB while it runs.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { aptBeside } from './apt-beside.mjs';
import { ActionableError, main, runOrThrow, note, step } from './console.mjs';
import { cache, isProgram } from './paths.mjs';

/**
 * What is compiled. `version` is that of the engine that engine tests run on. Each of the test packages in
 * `binaries` gets a program `test.main`; `programs` are made in `programs`, and are looked up by their name.
 */
const recipe = {
  suite: 'trixie',
  package: 'docker.io',
  version: '26.1.5',
  go: '1.24',
  tree: 'github.com/docker/docker',
  binaries: ['integration-cli'],
  programs: { 'docker-basic-plugin': 'testutil/fixtures/plugin/basic' },
};

/**
 * Fetches and compiles what is not in the cache yet. Resolves with the directory of moby's sources, which has
 * a program `test.main` in the directory of each package of tests.
 */
export async function fetchUpstreamTests() {
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
  const directory = path.join(cache, 'upstream-tests', `${recipe.package}-${recipe.version}-${hash}`);
  if (!existsSync(directory)) {
    const work = `${directory}.${process.pid}.partial`;
    try {
      const packages = path.join(work, 'packages');
      step(`Fetching the sources of ${recipe.package} ${recipe.version} from Debian ${recipe.suite}`);
      await fetchPackages(work);
      await unpackSources(packages, path.join(work, 'tree'));
      const go = await unpackGo(packages, path.join(work, 'go'));
      step(`Compiling its tests: ${recipe.binaries.join(', ')}`);
      const moby = await compile(work, go);
      // Packages that the programs were compiled from.
      rmSync(path.join(moby, 'vendor'), { recursive: true });
      renameSync(moby, directory);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return directory;
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
  // `depth`: directories in the archive above its content.
  const extract = (archive, depth, directory) => {
    mkdirSync(directory, { recursive: true });
    return runOrThrow(
      'tar',
      ['-xJf', archive, '-C', directory, `--strip-components=${depth}`],
      `${archive} could not be unpacked: free some disk space and try again.`,
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

/** Unpacks Go and the packages of its; resolves with their directory. */
async function unpackGo(packages, directory) {
  mkdirSync(directory);
  for (const name of readdirSync(packages).filter((file) => /^golang-.*\.deb$/.test(file)))
    await runOrThrow(
      'dpkg-deb',
      ['--extract', path.join(packages, name), directory],
      `${name} could not be unpacked: free some disk space and try again.`,
    );
  return directory;
}

/** Compiles the tests; resolves with the directory of moby's sources. */
async function compile(work, go) {
  const gopath = path.join(work, 'gopath');
  const source = (name) => path.join(gopath, 'src', name);
  for (const [from, to] of [
    ['engine', recipe.tree],
    ['cli', 'github.com/docker/cli'],
    ['buildkit', 'github.com/moby/buildkit'],
  ]) {
    mkdirSync(path.dirname(source(to)), { recursive: true });
    renameSync(path.join(work, 'tree', from), source(to));
  }
  const moby = source(recipe.tree);
  const goroot = path.join(go, 'usr/lib', `go-${recipe.go}`);
  const env = {
    GOROOT: goroot,
    GOPATH: `${gopath}:${path.join(go, 'usr/share/gocode')}`,
    GOCACHE: path.join(work, 'compiled'),
    GOTMPDIR: work,
    GO111MODULE: 'off',
    GOPROXY: 'off',
    GOTOOLCHAIN: 'local',
    GOFLAGS: '',
    CGO_ENABLED: '0',
  };
  const make = (command, output, from) =>
    runOrThrow(
      path.join(goroot, 'bin/go'),
      [...command, '-p', '1', '-o', path.join(moby, output), `./${from}`],
      `${from} of ${recipe.package} could not be compiled.`,
      { cwd: moby, env },
    );
  for (const [name, from] of Object.entries(recipe.programs)) await make(['build'], `programs/${name}`, from);
  for (const name of recipe.binaries) await make(['test', '-c', '-vet=off'], `${name}/test.main`, name);
  return moby;
}

if (isProgram(import.meta.url))
  await main(async () => {
    note(`moby ${recipe.version}: ${await fetchUpstreamTests()}`);
  });
