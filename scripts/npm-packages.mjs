// The npm packages of package-lock.json, and the pinned Node among them.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ActionableError, runOrThrow, note, run, step } from './console.mjs';
import { at, pinnedNode, repository, stamps } from './paths.mjs';

const stamp = path.join(stamps, 'npm-packages');

/**
 * Installs the npm packages when package-lock.json is not the one that was installed last. No install script
 * of a package is run.
 */
export async function installNpmPackages() {
  const wanted = createHash('sha256')
    .update(readFileSync(at('package-lock.json')))
    .digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
    step('Installing npm packages');
    // `npm ci` deletes node_modules first, which breaks running programs; an existing tree is updated
    // instead.
    const how = existsSync(at('node_modules', '.package-lock.json')) ? ['install', '--no-save'] : ['ci'];
    await runOrThrow(
      npm.command,
      [...npm.args, ...how, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
      'npm could not install the packages: check that the npm registry can be reached, ' +
        'delete node_modules and try again.',
      { cwd: repository },
    );
    linkPinnedNode();
    mkdirSync(stamps, { recursive: true });
    writeFileSync(stamp, wanted);
  }
  if (!existsSync(pinnedNode)) linkPinnedNode();
  const version = (await run(pinnedNode, ['--version'])).stdout.trim();
  if (version === '')
    throw new ActionableError(
      'The pinned Node does not run on this machine: delete node_modules and try again.',
    );
  note(`npm packages are installed; Node ${version}`);
}

/** The npm that started us, else the one on PATH. */
const npm = process.env.npm_execpath?.endsWith('.js')
  ? { command: process.execPath, args: [process.env.npm_execpath] }
  : { command: process.platform === 'win32' ? 'npm.cmd' : 'npm', args: [] };

/** Runs npm, resolves like `run`. */
export function runNpm(args, options) {
  return run(npm.command, [...npm.args, ...args], options);
}

/**
 * Does what the install script of the package `node` does, from a package that package-lock.json
 * checks: puts this platform's binary at node_modules/node/bin/node.
 */
function linkPinnedNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  let source = at('node_modules', name, 'bin', path.basename(pinnedNode));
  if (!existsSync(source)) {
    if (Number(process.versions.node.split('.')[0]) < 24) {
      throw new ActionableError(
        `There is no package of Node 24 for ${process.platform}-${process.arch}: ` +
          'install Node 24 or later yourself and try again with it.',
      );
    }
    source = process.execPath;
  }
  mkdirSync(path.dirname(pinnedNode), { recursive: true });
  const fresh = `${pinnedNode}.${process.pid}`;
  try {
    linkSync(source, fresh);
  } catch {
    copyFileSync(source, fresh);
  }
  chmodSync(fresh, 0o755);
  renameSync(fresh, pinnedNode);
  rmSync(fresh, { force: true });
}
