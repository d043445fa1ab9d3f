// Debian's packages beside the system: apt-get with lists, archives and preferences of its own. What this
// machine has is neither read nor changed.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ActionableError, runOrThrow } from './console.mjs';

const mirror = 'http://deb.debian.org/debian';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Reads the lists of a suite of Debian's, which its keyring signs, into `work`, and resolves with a function
 * that runs `apt-get …` in `work/packages`. `sources`: source packages, too. For it no package is installed.
 */
export async function aptBeside(work, suite, { sources = false } = {}) {
  const at = (...names) => path.join(work, ...names);
  for (const name of ['lists/partial', 'archives/partial', 'packages'])
    mkdirSync(at(name), { recursive: true });
  const kinds = sources ? ['deb', 'deb-src'] : ['deb'];
  writeFileSync(
    at('sources.list'),
    kinds.map((kind) => `${kind} [signed-by=${keyring}] ${mirror} ${suite} main\n`).join(''),
  );
  writeFileSync(at('status'), '');
  const options = Object.entries({
    'Dir::Etc::SourceList': at('sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::Etc::Preferences': '/dev/null',
    'Dir::Etc::PreferencesParts': '/dev/null',
    'Dir::State::Lists': at('lists'),
    'Dir::State::Status': at('status'),
    'Dir::Cache': work,
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  }).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  const apt = (...args) =>
    runOrThrow(
      'apt-get',
      ['-qq', ...options, ...args],
      `Debian ${suite} could not be read: check that ${mirror} can be reached, then try again.`,
      { cwd: at('packages') },
    );
  await apt('update');
  return apt;
}

/** Downloads packages of a suite of Debian's into `work`. Resolves with a Map from names to files. */
export async function downloadPackages(work, suite, names) {
  const apt = await aptBeside(work, suite);
  await apt('download', ...names);
  const packages = path.join(work, 'packages');
  const downloaded = readdirSync(packages);
  const files = new Map();
  for (const name of names) {
    const file = downloaded.find((each) => each.startsWith(`${name}_`));
    if (file === undefined) throw new ActionableError(`Debian ${suite} has no package ${name}.`);
    files.set(name, path.join(packages, file));
  }
  return files;
}

/** Unpacks files of packages into a directory, without installing them. */
export async function unpackPackages(files, directory) {
  mkdirSync(directory, { recursive: true });
  for (const file of files)
    await runOrThrow(
      'dpkg-deb',
      ['--extract', file, directory],
      `${path.basename(file)} could not be unpacked: free some disk space and try again.`,
    );
}
