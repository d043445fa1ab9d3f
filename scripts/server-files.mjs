// The programs of the server package: their sources, and where they are installed.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { bundleFiles, programBundles } from './package-contents.mjs';
import { repository } from './paths.mjs';

/** Architectures by Debian's names, with npm's and rpm's names. */
export const architectures = {
  amd64: { npm: 'x64', rpm: 'x86_64' },
  arm64: { npm: 'arm64', rpm: 'aarch64' },
};

/** Debian's name of this machine's architecture; undefined if no package is made for it. */
export const nativeArchitecture = Object.keys(architectures).find(
  (name) => architectures[name].npm === process.arch,
);

/** The files that koffi loads; the rest of it are its sources. */
const koffiFiles = [
  'LICENSE.txt',
  'package.json',
  'index.cjs',
  'index.js',
  'src/koffi/index.cjs',
  'src/koffi/index.js',
  'src/koffi/src/static.cjs',
  'src/koffi/src/static.js',
];

const program = (name) => `/usr/lib/bulkhead/${name}`;
const executable = 0o755;

/** Files that differ by architecture: `{ from, to, mode }`, `from` below the repository. */
function nativeFiles(architecture, root) {
  const { npm } = architectures[architecture];
  const binding = `node_modules/@koromix/koffi-linux-${npm}`;
  const packaged = `node_modules/node-linux-${npm}/bin/node`;
  // npm links the machine's own into the package `node`.
  const node =
    architecture === nativeArchitecture && !existsSync(path.join(root, packaged))
      ? 'node_modules/node/bin/node'
      : packaged;
  const built = `runtime/build/${architecture}`;
  return [
    { from: node, to: program('node_modules/node/bin/node'), mode: executable },
    ...['package.json', 'index.js', `linux_${npm}/koffi.node`].map((file) => ({
      from: `${binding}/${file}`,
      to: program(`${binding}/${file}`),
    })),
    ...['bulkhead-runc', 'bulkhead-probe'].map((file) => ({
      from: `${built}/${file}`,
      to: program(`runtime/build/${file}`),
      mode: executable,
    })),
  ];
}

/** Which files for an architecture are missing in this clone, relative to it. */
export const missingFiles = (architecture, root = repository) =>
  nativeFiles(architecture, root)
    .map(({ from }) => from)
    .filter((file) => !existsSync(path.join(root, file)));

/** package.json: the parts that Node and users need there. */
function packageJson(root) {
  const { name, version, description, license, author, type } = JSON.parse(
    readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  return `${JSON.stringify({ name, version, description, license, author, private: true, type }, null, 2)}\n`;
}

/**
 * The programs of an architecture, as files of a package: `{ to }` with `from` (absolute), `content` or
 * `link`, and `mode` where it is not 0644. Laid out as the repository, so that one launcher serves both. The
 * bundles must be built.
 */
export function serverPrograms(architecture, root = repository) {
  const copied = [
    { from: 'bin/bulkhead', to: program('bin/bulkhead'), mode: executable },
    ...programBundles
      .flatMap(({ directory, entries }) =>
        bundleFiles(path.join(root, directory), entries).map((file) => `${directory}/${file}`),
      )
      // The Node of another architecture refuses the code cache of this one.
      .filter((file) => architecture === nativeArchitecture || !file.endsWith('.cache')),
    ...koffiFiles.map((file) => `node_modules/koffi/${file}`),
    ...nativeFiles(architecture, root),
    ...['verify.path', 'verify.service', 'verify.timer', 'verify-due.service']
      .map((name) => `bulkhead-${name}`)
      .map((unit) => ({ from: `packaging/systemd/${unit}`, to: `/usr/lib/systemd/system/${unit}` })),
  ].map((file) => (typeof file === 'string' ? { from: file, to: program(file) } : file));
  return [
    ...copied.map((file) => ({ ...file, from: path.join(root, file.from) })),
    { to: program('package.json'), content: packageJson(root) },
    // Verification looks for the probe by architecture.
    { to: program(`runtime/build/${architecture}`), link: '.' },
    { to: '/usr/bin/bulkhead', link: '../lib/bulkhead/bin/bulkhead' },
  ];
}
