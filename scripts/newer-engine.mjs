// A newer Docker Engine and its clients, from Debian unstable, for tests: unpacked beside the system, which
// stays as it is. `node scripts/newer-engine.mjs` fetches them, once, and prints how to use them.
import path from 'node:path';
import { downloadPackages, unpackPackages } from './apt-beside.mjs';
import { makeOnce } from './cached-directory.mjs';
import { ActionableError, main, runOrThrow, note, step } from './console.mjs';
import { cache, isProgram } from './paths.mjs';

/** What of unstable is tested. Another version there is fetched only when this line is changed. */
const newerVersion = '28.5.2';

/** Debian unstable has another version than `newerVersion`: nothing is wrong with this machine. */
export class OtherVersionError extends ActionableError {}

const suite = 'sid';
const parts = {
  engine: ['docker.io', 'containerd', 'runc'],
  client: ['docker-cli', 'docker-buildx', 'docker-compose'],
};
/** What must run on this machine, with the libraries that it has. */
const programs = [
  'engine/usr/sbin/dockerd',
  'engine/usr/bin/containerd',
  'engine/usr/sbin/runc',
  'client/usr/bin/docker',
  'client/usr/libexec/docker/cli-plugins/docker-buildx',
  'client/usr/libexec/docker/cli-plugins/docker-compose',
];

/** Several stages want it, and an archive that has another version has none for the next one either. */
let fetched;

/**
 * Fetches what is not in the cache yet. Resolves with the directories for BULKHEAD_TEST_ENGINE and
 * BULKHEAD_TEST_CLIENT.
 */
export function fetchNewerEngine() {
  return (fetched ??= fetchOnce());
}

async function fetchOnce() {
  const directory = path.join(cache, 'engines', newerVersion);
  await makeOnce(directory, async (work) => {
    step(`Fetching Docker Engine ${newerVersion} from Debian ${suite}`);
    const unpacked = path.join(work, 'unpacked');
    const files = await downloadPackages(work, suite, Object.values(parts).flat());
    for (const [part, names] of Object.entries(parts))
      await unpackPackages(
        names.map((name) => files.get(name)),
        path.join(unpacked, part),
      );
    await checkPrograms(unpacked);
    return unpacked;
  });
  return { engine: path.join(directory, 'engine'), client: path.join(directory, 'client') };
}

/** Checks that the programs below `unpacked` run, and are of `newerVersion`. */
async function checkPrograms(unpacked) {
  for (const program of programs)
    await runOrThrow(
      path.join(unpacked, program),
      program.includes('cli-plugins') ? ['docker-cli-plugin-metadata'] : ['--version'],
      `${program} of Debian ${suite} does not run on this machine.`,
    );
  const { stdout } = await runOrThrow(
    path.join(unpacked, programs[0]),
    ['--version'],
    'dockerd does not run.',
  );
  if (!stdout.includes(` ${newerVersion}+`) && !stdout.includes(` ${newerVersion},`))
    throw new OtherVersionError(
      `Debian ${suite} has another Docker Engine now (${stdout.trim()}): change newerVersion in ` +
        'scripts/newer-engine.mjs, and run npm run test:matrix.',
    );
}

if (isProgram(import.meta.url))
  await main(async () => {
    const { engine, client } = await fetchNewerEngine();
    note('Tests run on it, or its clients, with these variables:');
    console.log(`BULKHEAD_TEST_ENGINE=${engine} BULKHEAD_TEST_CLIENT=${client}`);
  });
