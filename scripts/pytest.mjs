// pytest and what it needs, from Debian's packages, beside the system, which stays as it is.
// `node scripts/pytest.mjs` fetches them, once, and prints where they are.
import { createHash } from 'node:crypto';
import path from 'node:path';
import { downloadPackages, unpackPackages } from './apt-beside.mjs';
import { makeOnce } from './cached-directory.mjs';
import { main, note, step } from './console.mjs';
import { cache, isProgram } from './paths.mjs';

/** paramiko, which docker-py's tests import, with what it needs. */
const paramiko = ['paramiko', 'bcrypt', 'cffi-backend', 'cryptography', 'nacl'];
const recipe = {
  suite: 'trixie',
  packages: ['pytest', 'pytest-timeout', 'iniconfig', 'packaging', 'pluggy', ...paramiko].map(
    (name) => `python3-${name}`,
  ),
};

/**
 * Fetches what is not in the cache yet. Resolves with a directory for PYTHONPATH, for Debian's python3 of the
 * same suite.
 */
export async function fetchPytest() {
  const hash = createHash('sha256').update(JSON.stringify(recipe)).digest('hex').slice(0, 12);
  const directory = path.join(cache, 'upstream-tests', `pytest-${hash}`);
  await makeOnce(directory, async (work) => {
    step(`Fetching pytest from Debian ${recipe.suite}`);
    const files = await downloadPackages(work, recipe.suite, recipe.packages);
    const unpacked = path.join(work, 'unpacked');
    await unpackPackages(files.values(), unpacked);
    return unpacked;
  });
  return path.join(directory, 'usr/lib/python3/dist-packages');
}

if (isProgram(import.meta.url))
  await main(async () => {
    note(`PYTHONPATH=${await fetchPytest()}`);
  });
