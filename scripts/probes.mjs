// The programs that verification runs in containers. Docker Desktop's engine is a Linux on every system, of
// either architecture: every package contains both.
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ActionableError } from './console.mjs';
import { repository } from './paths.mjs';

const architectures = ['amd64', 'arm64'];

/** The path of the probe for an architecture, in the repository and in a package. */
export const probeOf = (architecture) => path.join('runtime', 'build', architecture, 'bulkhead-probe');

/** The probes that are not built below `directory`. */
export const missingProbes = (directory = repository) =>
  architectures.map(probeOf).filter((file) => !existsSync(path.join(directory, file)));

/** Both probes by their paths below `directory`. Throws with what to do if one is missing. */
export function bothProbes(directory = repository, platform = process.platform) {
  const missing = missingProbes(directory);
  if (missing.length === 0) return architectures.map(probeOf);
  throw new ActionableError(
    `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing, ` +
      `and without them ECI can't be verified on Docker Desktop: ${howToBuild(platform)}`,
  );
}

/** What to do about missing probes. They are C for Linux: compilers of other systems can't build them. */
export const howToBuild = (platform = process.platform) =>
  platform === 'linux'
    ? "install the other architecture's cross compiler (Debian: " +
      'gcc-aarch64-linux-gnu and libc6-dev-arm64-cross, ' +
      'or gcc-x86-64-linux-gnu and libc6-dev-amd64-cross), then run `sh runtime/build.sh all`.'
    : 'nothing on this system compiles them. Run `sh runtime/build.sh all` on a Linux machine or in a ' +
      'Linux container, and copy both files here, to the same places.';
