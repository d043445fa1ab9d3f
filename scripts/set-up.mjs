// Installs everything that is needed before anything can be built or run. `node scripts/set-up.mjs` does all
// of it.
import { existsSync } from 'node:fs';
import process from 'node:process';
import { ActionableError, main, step } from './console.mjs';
import { installDebianPackages } from './debian-packages.mjs';
import { installElectron } from './electron-runtime.mjs';
import { installNpmPackages } from './npm-packages.mjs';
import { at, isProgram } from './paths.mjs';

/** True if no display can be used: Linux without X11 and Wayland. */
export function hasNoDisplay(environment = process.env) {
  return process.platform === 'linux' && !environment.DISPLAY && !environment.WAYLAND_DISPLAY;
}

/**
 * Does the whole set-up, including the system's packages named by `also` (see debian-packages.mjs); fast if
 * nothing is missing. Rejects with one sentence on what to do.
 */
export async function setUp({ also } = {}) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < 18)
    throw new ActionableError(
      `This is Node ${process.versions.node}: install Node 18 or later and try again.`,
    );
  if (!existsSync(at('package-lock.json')))
    throw new ActionableError('package-lock.json is missing: use a complete clone of the repository.');
  step('Checking what this machine has');
  // Concurrently: one waits for the npm registry, the other for Debian's mirror and dpkg.
  const [npmPackages, debianPackages] = await Promise.allSettled([
    installNpmPackages(),
    installDebianPackages({ also }),
  ]);
  for (const outcome of [npmPackages, debianPackages])
    if (outcome.status === 'rejected') throw outcome.reason;
  await installElectron();
}

if (isProgram(import.meta.url)) await main(() => setUp({ also: 'tests' }));
