// User Mode Linux, from Debian unstable: a kernel that is a process, for tests in a virtual machine. The one
// of Debian 13 does not start on processors with AMX, whose registers are longer than it expects.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { downloadPackages, unpackPackages } from './apt-beside.mjs';
import { makeOnce } from './cached-directory.mjs';
import { ActionableError, runOrThrow, step } from './console.mjs';
import { cache } from './paths.mjs';

const suite = 'sid';
const program = 'usr/bin/linux.uml';

/**
 * Fetches it unless it is in the cache, unpacked. `program` is linux.uml, `modules` the directory of its
 * modules, named by its version. Throws an ActionableError if it can't be had.
 *
 * @returns {Promise<{ program: string, modules: string }>}
 */
export async function fetchUserModeLinux() {
  const directory = path.join(cache, 'user-mode-linux');
  await makeOnce(directory, async (work) => {
    step(`Fetching User Mode Linux from Debian ${suite}`);
    const files = await downloadPackages(work, suite, ['user-mode-linux']);
    const unpacked = path.join(work, 'unpacked');
    await unpackPackages(files.values(), unpacked);
    await runOrThrow(
      path.join(unpacked, program),
      ['--version'],
      `User Mode Linux of Debian ${suite} does not run on this machine.`,
    );
    return unpacked;
  });
  const modules = path.join(directory, 'usr/lib/uml/modules');
  const [version] = readdirSync(modules);
  if (version === undefined) throw new ActionableError(`${modules} is empty: remove ${directory}.`);
  return { program: path.join(directory, program), modules: path.join(modules, version) };
}
