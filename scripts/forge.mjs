// `npm run package` and `npm run make`: the app as people install it, in out/. Sets up, builds, and runs
// electron-forge with forge.config.ts; `make` also makes the packages for servers
// (scripts/server-package.mjs), unless --targets names others. Options: --out DIR; --no-set-up, where all is
// there and built; the rest goes to electron-forge, such as --targets deb.
import path from 'node:path';
import process from 'node:process';
import { ActionableError, main, note, run, step } from './console.mjs';
import { build } from './build.mjs';
import { installDebianPackages } from './debian-packages.mjs';
import { findElectron } from './electron-runtime.mjs';
import { at, pinnedNode, repository } from './paths.mjs';
import { makeServerPackages } from './server-package.mjs';
import { setUp } from './set-up.mjs';

/** Removes an option with `count` values from the arguments. Returns the values, or undefined. */
function takeOption(args, name, count) {
  const index = args.indexOf(name);
  return index === -1 ? undefined : args.splice(index, 1 + count).slice(1);
}

await main(async () => {
  // Directories of the packages are for all users, also if those of this one are not.
  process.umask(0o022);
  const args = process.argv.slice(2);
  const [out = 'out'] = takeOption(args, '--out', 1) ?? [];
  if (takeOption(args, '--no-set-up', 0) === undefined) {
    await setUp({});
    await installDebianPackages({ also: 'packaging' });
    await build();
  }
  if (findElectron()?.official === false)
    step('Packaging with the fallback Electron runtime: for tests, not for release');
  const { code } = await run(
    pinnedNode,
    [at('node_modules', '@electron-forge', 'cli', 'dist', 'electron-forge.js'), ...args],
    { cwd: repository, show: true, env: { ELECTRON_FORGE_OUT_DIR: path.resolve(out) } },
  );
  if (code !== 0) throw new ActionableError('electron-forge failed: see above.');
  if (args[0] === 'make' && !args.includes('--targets') && process.platform === 'linux')
    await makeServerPackages(out);
  note(path.resolve(out));
});
