// The server package as an .rpm.
import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runOrThrow } from './console.mjs';
import { at } from './paths.mjs';
import { longDescription, packageVersion } from './server-deb.mjs';
import { architectures } from './server-files.mjs';

/**
 * A maintainer script of dpkg as a scriptlet of rpm. `dpkgArguments`: what dpkg would pass, as shell words
 * computed from rpm's one argument, the number of versions that are installed afterwards.
 */
const scriptlet = (name, dpkgArguments) =>
  `set -- ${dpkgArguments}\n${readFileSync(at('packaging', 'debian', name), 'utf8')}`
    .replace(/^#!.*\n/m, '')
    .replaceAll('%', '%%');

/** Files of the engine: after another package has replaced one, the isolation is verified again. */
const engineFiles = () =>
  [...readFileSync(at('packaging', 'debian', 'triggers'), 'utf8').matchAll(/^interest-noawait (\S+)$/gm)].map(
    ([, file]) => file,
  );

/**
 * The spec file. Nothing is compiled: `stage` is copied. The architecture is rpmbuild's --target: as a tag,
 * it would have to be one that this machine can run.
 */
export function specFile({ version, description, license, stage, files }) {
  const outside = files.map(({ to }) => to).filter((to) => !to.startsWith('/usr/lib/bulkhead/'));
  return `${[
    'Name: bulkhead',
    `Version: ${packageVersion(version)}`,
    'Release: 1',
    `Summary: ${description}`,
    `License: ${license}`,
    // Otherwise rpm would add dependencies on everything that the pinned Node's and koffi's files reference.
    'AutoReqProv: no',
    'Requires: glibc >= 2.28, libstdc++, libgcc, util-linux, (runc or containerd.io), xz, bzip2',
    'Recommends: (docker-ce or moby-engine or docker)',
    'Recommends: lxcfs',
    'Suggests: polkit, bulkhead-desktop',
    '%description',
    ...longDescription,
    '%install',
    `cp -a ${stage}/. %{buildroot}/`,
    '%post',
    scriptlet('postinst', 'configure "$([ "$1" = 1 ] || echo upgrade)"'),
    '%preun',
    scriptlet('prerm', '"$([ "$1" = 0 ] && echo remove || echo upgrade)"'),
    '%postun',
    // rpm has no purge: settings and state stay.
    scriptlet('postrm', 'remove'),
    `%transfiletriggerin -- ${engineFiles().join(' ')}`,
    scriptlet('postinst', 'triggered'),
    '%files',
    '%defattr(-,root,root,-)',
    '/usr/lib/bulkhead',
    ...outside,
  ].join('\n')}\n`;
}

/**
 * Builds `bulkhead-VERSION-1.ARCH.rpm` in `out` and returns its path; the options are those of `buildDeb`,
 * and `work`, a directory for rpmbuild.
 */
export async function buildRpm({ metadata, architecture, stage, files, out, work }) {
  const spec = path.join(work, 'bulkhead.spec');
  mkdirSync(work, { recursive: true });
  writeFileSync(spec, specFile({ ...metadata, stage, files }));
  const macros = [
    `_topdir ${work}`,
    `_rpmdir ${work}/made`,
    '_binary_payload w10.zstdio',
    // Programs are not changed: rpm would strip them.
    '__os_install_post %{nil}',
    'debug_package %{nil}',
    '_build_id_links none',
  ];
  await runOrThrow(
    'rpmbuild',
    [
      '-bb',
      spec,
      '--target',
      `${architectures[architecture].rpm}-linux`,
      ...macros.flatMap((macro) => ['--define', macro]),
    ],
    'rpmbuild could not make the package: see below.',
  );
  const made = path.join(work, 'made', architectures[architecture].rpm);
  const [name] = readdirSync(made);
  renameSync(path.join(made, name), path.join(out, name));
  return path.join(out, name);
}
