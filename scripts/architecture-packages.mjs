// npm packages of another architecture than this machine's, which npm does not install, for the packages that
// are made here.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { ActionableError, runOrThrow, step } from './console.mjs';
import { runNpm } from './npm-packages.mjs';
import { at } from './paths.mjs';

/** The npm packages that differ by architecture, by npm's name of it. */
const packagesOf = (npmArchitecture) => [
  `node-linux-${npmArchitecture}`,
  `@koromix/koffi-linux-${npmArchitecture}`,
];

/**
 * Downloads those that are missing to node_modules. Throws an `ActionableError` where the registry cannot be
 * reached, or has another file than package-lock.json names.
 */
export async function fetchArchitecturePackages(npmArchitecture) {
  const { packages } = JSON.parse(readFileSync(at('package-lock.json'), 'utf8'));
  for (const name of packagesOf(npmArchitecture)) {
    const target = at('node_modules', name);
    if (existsSync(target)) continue;
    step(`Fetching ${name}`);
    await unpack(name, packages[`node_modules/${name}`], target);
  }
}

async function unpack(name, { version, integrity }, target) {
  const work = mkdtempSync(at('node_modules', '.architecture-'));
  try {
    const packed = await runNpm([
      'pack',
      `${name}@${version}`,
      '--json',
      '--pack-destination',
      work,
      '--loglevel=error',
    ]);
    if (packed.code !== 0) throw new ActionableError(`${name} cannot be downloaded: ${packed.stderr.trim()}`);
    const [file] = JSON.parse(packed.stdout);
    // npm has compared the file with this digest.
    if (file.integrity !== integrity)
      throw new ActionableError(`The registry's ${name} is not the one in package-lock.json.`);
    const directory = path.join(work, 'unpacked');
    mkdirSync(directory);
    const archive = path.join(
      work,
      readdirSync(work).find((entry) => entry.endsWith('.tgz')),
    );
    await runOrThrow(
      'tar',
      ['-xzf', archive, '-C', directory, '--strip-components=1', '--no-same-owner'],
      `${name} cannot be unpacked`,
    );
    mkdirSync(path.dirname(target), { recursive: true });
    renameSync(directory, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
