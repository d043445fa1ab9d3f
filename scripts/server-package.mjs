// `npm run make:server`, and the last part of `npm run make`: the package `bulkhead` with command line,
// gateway, planner and runtime, as .deb and .rpm in out/make. Sets up and builds first. Options: --out DIR;
// --no-set-up, where all is there and built.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { fetchArchitecturePackages } from './architecture-packages.mjs';
import { build } from './build.mjs';
import { ActionableError, main, note, run, step } from './console.mjs';
import { installDebianPackages } from './debian-packages.mjs';
import { installNpmPackages } from './npm-packages.mjs';
import { at, isProgram, pinnedNode } from './paths.mjs';
import { buildDeb } from './server-deb.mjs';
import { architectures, missingFiles, nativeArchitecture, serverPrograms } from './server-files.mjs';
import { buildRpm } from './server-rpm.mjs';
import { stageFiles } from './server-stage.mjs';

/** Each format with the program that creates it. */
const formats = [
  { format: 'deb', program: 'dpkg-deb', make: buildDeb },
  { format: 'rpm', program: 'rpmbuild', make: buildRpm },
];

/** Formats whose program is installed; prints which are left out. */
async function availableFormats() {
  const found = await Promise.all(
    formats.map(async (one) => ({ ...one, exists: (await run(one.program, ['--version'])).code === 0 })),
  );
  for (const { format, program, exists } of found)
    if (!exists) note(`No .${format}: ${program} is not installed`);
  return found.filter(({ exists }) => exists);
}

/**
 * Architectures whose files are all present, after npm packages that can be downloaded; prints which are left
 * out. The machine's own is required.
 */
async function availableArchitectures() {
  const available = [];
  for (const [architecture, { npm }] of Object.entries(architectures)) {
    if (architecture !== nativeArchitecture && !(await canFetch(architecture, npm))) continue;
    const missing = missingFiles(architecture);
    const what = `${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing`;
    if (missing.length === 0) available.push(architecture);
    else if (architecture === nativeArchitecture)
      throw new ActionableError(`${what}: run \`npm run set-up\` and \`npm run build\`.`);
    else note(`No package for ${architecture}: ${what}`);
  }
  return available;
}

/** Downloads the npm packages of another architecture; prints why that is not possible. */
async function canFetch(architecture, npm) {
  try {
    await fetchArchitecturePackages(npm);
    return true;
  } catch (error) {
    if (!(error instanceof ActionableError)) throw error;
    note(`No package for ${architecture}: ${error.message}`);
    return false;
  }
}

/** Creates every package that is possible here in `out`/make. Runs in the pinned Node. */
async function buildPackages(out) {
  const { serverDocuments } = await import('./server-documents.mjs');
  const metadata = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const made = path.join(out, 'make');
  mkdirSync(made, { recursive: true });
  const usable = await availableFormats();
  for (const architecture of await availableArchitectures()) {
    for (const { format, make } of usable) {
      step(`Making the .${format} for servers (${architecture})`);
      const work = mkdtempSync(path.join(out, 'server-'));
      const stage = path.join(work, 'stage');
      try {
        const files = [...serverPrograms(architecture), ...(await serverDocuments(format, metadata.version))];
        stageFiles(stage, files);
        const options = { metadata, architecture, stage, files, out: made };
        note(await make({ ...options, work: path.join(work, 'rpmbuild') }));
      } finally {
        rmSync(work, { recursive: true, force: true });
      }
    }
  }
}

/** Creates the packages in a process of its own under the pinned Node, which runs TypeScript. */
export async function makeServerPackages(out) {
  const { code } = await run(
    pinnedNode,
    [fileURLToPath(import.meta.url), '--no-set-up', '--out', path.resolve(out)],
    { show: true },
  );
  if (code !== 0) throw new ActionableError('The packages for servers were not made: see above.');
}

if (isProgram(import.meta.url)) {
  await main(async () => {
    const args = process.argv.slice(2);
    const out = path.resolve(args.includes('--out') ? args[args.indexOf('--out') + 1] : 'out');
    if (args.includes('--no-set-up')) {
      await buildPackages(out);
    } else {
      await Promise.all([installNpmPackages(), installDebianPackages({ also: 'packaging' })]);
      await build({ window: false });
      await makeServerPackages(out);
    }
  });
}
