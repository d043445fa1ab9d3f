// The content of a package, besides the Electron runtime: app.asar, and the programs in resources/program.
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { runOrThrow } from './console.mjs';
import { at, pinnedNode } from './paths.mjs';
import { bothProbes } from './probes.mjs';

/** The app's bundle, by its directory below the repository and its entry points. */
const appBundle = { directory: '/dist/electron', entries: ['main.cjs', 'preload.cjs'] };
/** The bundles of the programs, likewise. */
export const programBundles = [
  { directory: 'dist/cli', entries: ['main.cjs'] },
  { directory: 'dist/gateway', entries: ['main.cjs', 'splice-thread.cjs'] },
];
/** Other parts of app.asar, with everything below. */
const appTrees = ['/dist/renderer', '/dist/icons', '/dist/licences.json', '/package.json'];

/**
 * The content of app.asar: the built main process, preload and renderer, and package.json. Source maps and
 * everything else are left out. Returns a predicate for files and directories of the repository, whose paths
 * begin with a slash at its top.
 */
export function appFilter() {
  const { directory, entries } = appBundle;
  const bundle = bundleFiles(at(directory), entries).map((file) => `${directory}/${file}`);
  const wanted = [...bundle, ...appTrees];
  return (file) =>
    !file.endsWith('.map') &&
    wanted.some((tree) => tree === file || tree.startsWith(`${file}/`) || file.startsWith(`${tree}/`));
}

/**
 * The files of a bundle without source maps, and without chunks of earlier builds next to it: its entry
 * points, the files that they reference, and the code caches of all these.
 */
export function bundleFiles(directory, entries) {
  const files = readdirSync(directory).filter((file) => !file.endsWith('.map'));
  const wanted = new Set();
  const add = (file) => {
    if (wanted.has(file)) return;
    wanted.add(file);
    const text = readFileSync(path.join(directory, file), 'utf8');
    for (const other of files) if (text.includes(`/${other}`)) add(other);
  };
  entries.forEach(add);
  return [...wanted].flatMap((file) => [file, `${file}.cache`]).filter((file) => files.includes(file));
}

/** Copies the files of `bundleFiles`. */
export function copyBundle(from, entries, to) {
  mkdirSync(to, { recursive: true });
  for (const file of bundleFiles(from, entries)) cpSync(path.join(from, file), path.join(to, file));
}

/**
 * Copies to `directory` what stays a tree of files beside the app: the command line, gateway and runtime,
 * with the pinned Node. The app can't run as Node itself (its fuse is off), and root's processes must not
 * need a window's runtime. Laid out as in the repository, so that one launcher serves both.
 */
export function stageProgram(directory) {
  const copy = (...names) => {
    cpSync(at(...names), path.join(directory, ...names), {
      recursive: true,
      dereference: true,
      filter: (file) => !file.endsWith('.map'),
    });
  };
  copy('bin', 'bulkhead');
  for (const bundle of programBundles)
    copyBundle(at(bundle.directory), bundle.entries, path.join(directory, bundle.directory));
  // For `bulkhead app --install`.
  copy('dist', 'icons', 'app.png');
  if (process.platform === 'linux') copy('runtime', 'build', 'bulkhead-runc');
  for (const probe of bothProbes()) copy(probe);
  copy('node_modules', 'koffi');
  const binding = `@koromix/koffi-${process.platform}-${process.arch}`;
  if (existsSync(at('node_modules', binding))) copy('node_modules', ...binding.split('/'));
  cpSync(pinnedNode, path.join(directory, path.relative(at(), pinnedNode)), { dereference: true });
  for (const name of ['LICENSE', 'README.md']) if (existsSync(at(name))) copy(name);
}

/**
 * Lets everybody read what is below a directory, and run its programs, whatever the umask of the checkout and
 * of the build.
 */
export function setPackageModes(directory) {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) setPackageModes(file);
    else if (entry.isFile()) chmodSync(file, (statSync(file).mode & 0o100) === 0 ? 0o644 : 0o755);
  }
  chmodSync(directory, 0o755);
}

/** Copies the fallback runtime to `directory`, like the zip that the packager would have downloaded. */
export async function zipRuntime(electron, directory) {
  const name = `electron-v${electron.version}-${process.platform}-${process.arch}.zip`;
  if (existsSync(path.join(directory, name))) return;
  mkdirSync(directory, { recursive: true });
  const work = mkdtempSync(path.join(directory, 'zipping-'));
  try {
    const runtime = path.dirname(electron.path);
    const copy = path.join(work, 'runtime');
    cpSync(runtime, copy, {
      recursive: true,
      filter: (file) => path.dirname(file) !== path.join(runtime, 'resources'),
    });
    mkdirSync(path.join(copy, 'resources'), { recursive: true });
    writeFileSync(path.join(copy, 'resources', 'default_app.asar'), '');
    writeFileSync(path.join(copy, 'version'), `v${electron.version}`);
    await runOrThrow(
      'zip',
      ['-q', '-0', '-r', '-y', path.join(work, name), '.'],
      'The runtime could not be zipped: see below, and check that zip is installed.',
      { cwd: copy },
    );
    renameSync(path.join(work, name), path.join(directory, name));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
