// `npm run package`: the app as people install it, in out/. The app is an asar with its integrity where the
// platform checks it, and the fuses are set.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { Actionable, main, must, note, step } from './console.mjs';
import { build } from './build.mjs';
import { installDebianPackages } from './debian-packages.mjs';
import { findElectron } from './electron-runtime.mjs';
import { checkWire, wireWithout } from './fuses.mjs';
import { at, isProgram, pinnedNode } from './paths.mjs';
import { bothProbes } from './probes.mjs';
import { setUp } from './set-up.mjs';

const productName = 'Bulkhead';

/** Packages for this machine's system. Resolves with the directory made. */
async function packageApp({ out }) {
  const { packager } = await import('@electron/packager');
  const electron = findElectron();
  if (electron === undefined) throw new Actionable('There is no Electron runtime yet: run `npm run set-up`.');
  bothProbes();
  const work = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-package-'));
  try {
    step(
      `Packaging with Electron ${electron.version}${electron.official ? '' : ' (the fallback runtime: for tests, not for release)'}`,
    );
    const [directory] = await packager({
      dir: stageApp(path.join(work, 'app')),
      out,
      name: productName,
      executableName: 'bulkhead-app',
      appBundleId: 'io.bulkhead.app',
      appCategoryType: 'public.app-category.developer-tools',
      platform: process.platform,
      arch: process.arch,
      electronVersion: electron.version,
      overwrite: true,
      quiet: true,
      prune: false,
      derefSymlinks: true,
      asar: true,
      extraResource: [stageProgram(path.join(work, 'program'))],
      protocols: [{ name: productName, schemes: ['bulkhead'] }],
      ...(electron.official ? {} : { electronZipDir: await zipRuntime(electron, path.join(work, 'zip')) }),
    });
    if (directory === undefined)
      throw new Actionable(
        'The packager left nothing: run it again with DEBUG=@electron/packager to see why.',
      );
    if (process.platform === 'linux') await addDesktopEntry(directory);
    const binary = binaryOf(directory);
    await setFuses(binary, electron.official);
    note(`${binary}`);
    return directory;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * What becomes app.asar: the built main process, preload and renderer, and a package.json that names them.
 * Source maps and everything else stay out.
 */
function stageApp(directory) {
  const { version, description, license } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  mkdirSync(directory, { recursive: true });
  for (const name of ['renderer', 'icons', 'licences.json'])
    cpSync(at('dist', name), path.join(directory, 'dist', name), {
      recursive: true,
      filter: (file) => !file.endsWith('.map'),
    });
  copyBundle(at('dist', 'electron'), ['main.cjs', 'preload.cjs'], path.join(directory, 'dist', 'electron'));
  writeFileSync(
    path.join(directory, 'package.json'),
    `${JSON.stringify({ name: 'bulkhead', productName, version, description, license, main: 'dist/electron/main.cjs', desktopName: 'bulkhead.desktop' }, null, 2)}\n`,
  );
  return directory;
}

/**
 * Copies a bundle without its source maps, and without the chunks of earlier builds that lie beside it: what
 * its entry points name, and what that names.
 */
export function copyBundle(from, entries, to) {
  const files = readdirSync(from).filter((file) => !file.endsWith('.map'));
  const wanted = new Set();
  const add = (file) => {
    if (wanted.has(file)) return;
    wanted.add(file);
    const text = readFileSync(path.join(from, file), 'utf8');
    for (const other of files) if (text.includes(`/${other}`)) add(other);
  };
  entries.forEach(add);
  mkdirSync(to, { recursive: true });
  for (const file of wanted) cpSync(path.join(from, file), path.join(to, file));
}

/**
 * What stays a tree of files beside the app: the command line, gateway and runtime, with the pinned Node. The
 * app can't run as Node itself (its fuse is off), and root's processes must not need a window's runtime. Laid
 * out as in the repository, so that one launcher serves both.
 */
function stageProgram(directory) {
  const copy = (...names) => {
    cpSync(at(...names), path.join(directory, ...names), {
      recursive: true,
      dereference: true,
      filter: (file) => !file.endsWith('.map'),
    });
  };
  copy('bin', 'bulkhead');
  copyBundle(at('dist', 'cli'), ['main.mjs'], path.join(directory, 'dist', 'cli'));
  copy('dist', 'gateway');
  // For `bulkhead app --install`.
  copy('dist', 'icons', 'app.png');
  if (process.platform === 'linux') copy('runtime', 'build', 'bulkhead-runc');
  // Files of their own: the packager makes the build's link to itself one to where all this was staged.
  for (const probe of bothProbes()) copy(probe);
  copy('node_modules', 'koffi');
  const binding = `@koromix/koffi-${process.platform}-${process.arch}`;
  if (existsSync(at('node_modules', binding))) copy('node_modules', ...binding.split('/'));
  cpSync(pinnedNode, path.join(directory, path.relative(at(), pinnedNode)), { dereference: true });
  for (const name of ['LICENSE', 'README.md']) if (existsSync(at(name))) copy(name);
  return directory;
}

/**
 * `share/`, as a distribution's package installs it below /usr: the entry in the menu, which opens
 * bulkhead:// links too, and its icon. It names the app by its name in PATH; whoever unpacks the app
 * elsewhere has `bulkhead app --install` write one that names it by its path.
 */
async function addDesktopEntry(directory) {
  const share = path.join(directory, 'share');
  const { stdout } = await must(
    pinnedNode,
    [at('scripts', 'desktop-entry.mjs'), 'bulkhead-app'],
    'The desktop entry could not be written: see below.',
  );
  const place = (...names) => {
    mkdirSync(path.join(share, ...names.slice(0, -1)), { recursive: true });
    return path.join(share, ...names);
  };
  writeFileSync(place('applications', 'bulkhead.desktop'), stdout);
  cpSync(at('dist', 'icons', 'app.png'), place('icons', 'hicolor', '512x512', 'apps', 'bulkhead.png'));
}

/** The fallback runtime as the zip that the packager would have downloaded. */
async function zipRuntime(electron, directory) {
  const runtime = path.dirname(electron.path);
  const copy = path.join(directory, 'runtime');
  cpSync(runtime, copy, {
    recursive: true,
    filter: (file) => path.dirname(file) !== path.join(runtime, 'resources'),
  });
  mkdirSync(path.join(copy, 'resources'), { recursive: true });
  writeFileSync(path.join(copy, 'resources', 'default_app.asar'), '');
  writeFileSync(path.join(copy, 'version'), `v${electron.version}`);
  const zip = path.join(directory, `electron-v${electron.version}-${process.platform}-${process.arch}.zip`);
  await must(
    'zip',
    ['-q', '-0', '-r', '-y', zip, '.'],
    'The runtime could not be zipped: see below, and check that zip is installed.',
    { cwd: copy },
  );
  rmSync(copy, { recursive: true });
  return directory;
}

/** The executable inside a packaged directory. */
export function binaryOf(directory) {
  if (process.platform === 'darwin')
    return path.join(directory, `${productName}.app`, 'Contents', 'MacOS', 'bulkhead-app');
  return path.join(directory, process.platform === 'win32' ? 'bulkhead-app.exe' : 'bulkhead-app');
}

/**
 * Sets the fuses, and reads them back. What the fallback runtime is too old to have can't be set, and is
 * named; in a release nothing may be missing.
 */
async function setFuses(binary, official) {
  const { flipFuses, getCurrentFuseWire } = await import('@electron/fuses');
  const { absent } = checkWire(await getCurrentFuseWire(binary));
  if (official && absent.length > 0)
    throw new Actionable(`This Electron has no fuse ${absent.join(', ')}: see scripts/fuses.mjs.`);
  await flipFuses(binary, {
    version: '1',
    resetAdHocDarwinSignature: process.platform === 'darwin',
    ...wireWithout(absent),
  });
  const { wrong } = checkWire(await getCurrentFuseWire(binary));
  if (wrong.length > 0) throw new Actionable(`These fuses are not as they must be: ${wrong.join(', ')}.`);
  note(`Fuses set${absent.length > 0 ? `; this runtime is too old to have ${absent.join(', ')}` : ''}`);
}

if (isProgram(import.meta.url)) {
  await main(async () => {
    const outAt = process.argv.indexOf('--out');
    const out = outAt === -1 ? at('out') : path.resolve(process.argv[outAt + 1] ?? 'out');
    if (!process.argv.includes('--no-set-up')) {
      await setUp({});
      await installDebianPackages({ also: 'packaging' });
      await build();
    }
    await packageApp({ out });
  });
}
