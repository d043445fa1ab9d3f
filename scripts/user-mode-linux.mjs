// User Mode Linux, from Debian unstable: a kernel that is a process, for tests in a virtual machine. The one
// of Debian 13 does not start on processors with AMX, whose registers are longer than it expects.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { aptBeside } from './apt-beside.mjs';
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
  if (!existsSync(directory)) {
    step(`Fetching User Mode Linux from Debian ${suite}`);
    const work = `${directory}.${process.pid}.partial`;
    try {
      mkdirSync(work, { recursive: true });
      const apt = await aptBeside(work, suite);
      await apt('download', 'user-mode-linux');
      const [file] = readdirSync(path.join(work, 'packages')).filter((name) => name.endsWith('.deb'));
      if (file === undefined) throw new ActionableError(`Debian ${suite} has no package user-mode-linux.`);
      await runOrThrow(
        'dpkg-deb',
        ['--extract', path.join(work, 'packages', file), path.join(work, 'unpacked')],
        `${file} could not be unpacked: free some disk space and try again.`,
      );
      await runOrThrow(
        path.join(work, 'unpacked', program),
        ['--version'],
        `User Mode Linux of Debian ${suite} does not run on this machine.`,
      );
      renameSync(path.join(work, 'unpacked'), directory);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  const modules = path.join(directory, 'usr/lib/uml/modules');
  const [version] = readdirSync(modules);
  if (version === undefined) throw new ActionableError(`${modules} is empty: remove ${directory}.`);
  return { program: path.join(directory, program), modules: path.join(modules, version) };
}
