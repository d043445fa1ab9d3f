// Compose's end-to-end tests, compiled from Debian's source package of docker-compose, beside the system,
// which stays as it is. `node scripts/upstream-compose.mjs` fetches and compiles them, once, and prints where
// they are.
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { aptBeside } from './apt-beside.mjs';
import { makeOnce } from './cached-directory.mjs';
import { ActionableError, main, note, step } from './console.mjs';
import { extract, goCommand, goVersion, suite, unpackGo } from './go-beside.mjs';
import { cache, isProgram } from './paths.mjs';

/**
 * `version`: that of the installed Compose, which is tested. `packages`: what the tests are compiled with.
 * `reduced`: packages in place of Compose's own, of which the tests use only a constant and a type. Compose's
 * own would need everything that Compose is compiled with.
 */
const recipe = {
  suite,
  package: 'docker-compose',
  version: '2.26.1',
  go: goVersion,
  packages: [
    `golang-${goVersion}-go`,
    `golang-${goVersion}-src`,
    'golang-github-davecgh-go-spew-dev',
    'golang-github-google-go-cmp-dev',
    'golang-github-gotestyourself-gotest.tools-dev',
    'golang-github-otiai10-copy-dev',
    'golang-github-pmezard-go-difflib-dev',
    'golang-github-stretchr-testify-dev',
    'golang-gopkg-yaml.v3-dev',
  ],
  reduced: {
    'cmd/compose': 'package compose\n\nconst PluginName = "compose"\n',
    'pkg/api': `package api

type PortPublishers []struct {
	URL           string
	TargetPort    int
	PublishedPort int
	Protocol      string
}
`,
  },
};

/**
 * Fetches and compiles what is not in the cache yet. Resolves with the directory of the tests: their program
 * `test.main`, and their fixtures.
 */
export async function fetchComposeTests() {
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
  const directory = path.join(cache, 'upstream-tests', `${recipe.package}-${recipe.version}-${hash}`);
  await makeOnce(directory, async (work) => {
    step(`Fetching the sources of ${recipe.package} ${recipe.version} from Debian ${recipe.suite}`);
    const apt = await aptBeside(work, recipe.suite, { sources: true });
    await apt('source', '--download-only', '--tar-only', recipe.package);
    await apt('download', ...recipe.packages);
    step('Compiling its end-to-end tests');
    return compile(work);
  });
  return directory;
}

/** Resolves with the directory of the compiled tests. */
async function compile(work) {
  const packages = path.join(work, 'packages');
  const archive = `${recipe.package}_${recipe.version}.orig.tar.xz`;
  const found = readdirSync(packages);
  if (!found.includes(archive))
    throw new ActionableError(
      `Debian ${recipe.suite} has another ${recipe.package} now: change the version in ` +
        'scripts/upstream-compose.mjs.',
    );
  const go = await unpackGo(packages, path.join(work, 'go'));
  const gopath = path.join(work, 'gopath');
  const compose = path.join(gopath, 'src/github.com/docker/compose/v2');
  await extract(path.join(packages, archive), 1, path.join(work, 'tree'));
  for (const name of ['pkg/e2e', 'pkg/utils'])
    cpSync(path.join(work, 'tree', name), path.join(compose, name), { recursive: true });
  for (const [name, text] of Object.entries(recipe.reduced)) {
    mkdirSync(path.join(compose, name), { recursive: true });
    writeFileSync(path.join(compose, name, 'reduced.go'), text);
  }
  // Debian has its third version at the path of the first.
  cpSync(path.join(go, 'usr/share/gocode/src/gotest.tools'), path.join(gopath, 'src/gotest.tools/v3'), {
    recursive: true,
  });
  await goCommand({ go, gopath, work })(
    compose,
    'test',
    '-c',
    '-vet=off',
    '-o',
    'pkg/e2e/test.main',
    './pkg/e2e',
  );
  return path.join(compose, 'pkg/e2e');
}

if (isProgram(import.meta.url))
  await main(async () => {
    note(`${recipe.package} ${recipe.version}: ${await fetchComposeTests()}`);
  });
