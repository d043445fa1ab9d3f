import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fetchUpstreamTests } from '../../../scripts/upstream-tests.mjs';
import { compareGoPackages } from './go-packages.ts';
import { atLeast, known, packages } from './integration.ts';
import { testsWithOwnEngines } from './own-engines.ts';

compareGoPackages({
  title: 'A1: integration tests of moby',
  suite: 'integration',
  packages,
  known,
  atLeast,
  fetch: async () => path.join((await fetchUpstreamTests()).moby, 'integration'),
  environment: ({ work }) => ({ DEST: work }),
  skip: async (directory) => testsWithOwnEngines(await sourcesOf(directory)),
});

/** The Go files of a package. */
async function sourcesOf(directory: string): Promise<readonly string[]> {
  const files = (await readdir(directory)).filter(
    (name) => name.endsWith('.go') && !name.endsWith('_windows_test.go'),
  );
  return Promise.all(files.map((name) => readFile(path.join(directory, name), 'utf8')));
}
