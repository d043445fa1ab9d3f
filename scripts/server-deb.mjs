// The server package as a .deb.
import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { runOrThrow } from './console.mjs';
import { at } from './paths.mjs';
import { stageFiles } from './server-stage.mjs';

/**
 * The libraries of the pinned Node; a runc; programs with which the gateway unpacks copies. The embedded
 * engine needs no systemd, and the app is in bulkhead-desktop.
 */
const depends = [
  'libc6 (>= 2.28)',
  'libstdc++6',
  'libgcc-s1',
  'mount',
  'runc | containerd.io',
  'xz-utils',
  'bzip2',
];
const recommends = ['docker.io | docker-ce', 'lxcfs'];
const suggests = ['pkexec | policykit-1', 'bulkhead-desktop'];

/** A version of npm in the ordering of dpkg and rpm: a pre-release comes before its release. */
export const packageVersion = (version) => version.replace('-', '~');

/** Paragraphs for DEBIAN/control and the spec file. */
export const longDescription = [
  'Bulkhead isolates the containers of a Docker Engine with user namespaces, rules',
  'for the Docker API and a container runtime of its own. This package has the',
  'command line, the gateway, the planner and the runtime; it needs no display.',
  'Installed, it changes nothing yet: see "bulkhead install --dry-run".',
];

/** DEBIAN/control. `installedSize` is in KiB. */
export function controlFile({ version, description, author, architecture, installedSize }) {
  return `${[
    'Package: bulkhead',
    `Version: ${packageVersion(version)}`,
    `Architecture: ${architecture}`,
    `Maintainer: ${author}`,
    `Installed-Size: ${installedSize}`,
    'Section: admin',
    'Priority: optional',
    `Depends: ${depends.join(', ')}`,
    `Recommends: ${recommends.join(', ')}`,
    `Suggests: ${suggests.join(', ')}`,
    `Description: ${description}`,
    ...longDescription.map((line) => ` ${line}`),
  ].join('\n')}\n`;
}

/** DEBIAN/md5sums, by which `dpkg --verify` finds changed files. */
function checksums(stage, files) {
  return files
    .filter(({ link }) => link === undefined)
    .map(({ to }) => {
      const sum = createHash('md5')
        .update(readFileSync(path.join(stage, to)))
        .digest('hex');
      return `${sum}  ${to.slice(1)}\n`;
    })
    .join('');
}

/**
 * Builds `bulkhead_VERSION_ARCH.deb` in `out` and returns its path.
 *
 * @param {object} options
 * @param {{ version: string, description: string, author: string }} options.metadata of package.json
 * @param {string} options.architecture Debian's name
 * @param {string} options.stage where `files` are staged; DEBIAN is added
 * @param {readonly object[]} options.files
 * @param {string} options.out
 */
export async function buildDeb({ metadata, architecture, stage, files, out }) {
  const sizes = files
    .filter(({ link }) => link === undefined)
    .map(({ to }) => statSync(path.join(stage, to)).size);
  const installedSize = Math.ceil(sizes.reduce((sum, size) => sum + size, 0) / 1024);
  const script = (name) => ({ to: `/DEBIAN/${name}`, from: at('packaging', 'debian', name), mode: 0o755 });
  stageFiles(stage, [
    { to: '/DEBIAN/control', content: controlFile({ ...metadata, architecture, installedSize }) },
    { to: '/DEBIAN/md5sums', content: checksums(stage, files) },
    { to: '/DEBIAN/triggers', from: at('packaging', 'debian', 'triggers') },
    script('postinst'),
    script('prerm'),
    script('postrm'),
  ]);
  const file = path.join(out, `bulkhead_${packageVersion(metadata.version)}_${architecture}.deb`);
  await runOrThrow(
    'dpkg-deb',
    // Like the desktop package: a fifth of xz's time.
    ['--build', '--root-owner-group', '-Zzstd', stage, file],
    'dpkg-deb could not make the package: see below.',
  );
  return file;
}
