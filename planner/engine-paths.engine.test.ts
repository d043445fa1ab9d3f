import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';

// dockerd itself, as root and by path, copies an image's files into an empty volume, and reads a container's
// files for a commit. Meanwhile, a process in a container must not be able to redirect it by a symbolic link
// to any file of the machine.

let directory: string, engine: IsolatedEngine;
beforeAll(async () => {
  directory = await mkdtemp('/tmp/bulkhead-paths-');
  engine = await startIsolatedEngine();
  await writeFile(
    path.join(directory, 'Dockerfile'),
    'FROM busybox\nRUN mkdir -p /data/a /data/z; cd /data/a; seq 4000 | xargs touch; ' +
      'echo written > /data/z/file\n',
  );
  await engine.docker('build', '-q', '-t', 'long', directory);
});
afterAll(async () => {
  await engine.stop();
  await rm(directory, { recursive: true });
});

/** Directories that are mounted on themselves. A running container's overlay does not follow links either. */
const guards = async () =>
  (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' '))
    .filter(
      ([, , , , point, options]) =>
        point?.startsWith(`${engine.root}/`) === true &&
        !point.endsWith('/merged') &&
        options?.includes('nosymfollow') === true,
    )
    .map(([, , , , point = '']) => point);

describe.each([
  ["the engine's directory", []],
  ['a file system of its own', ['--opt', 'type=tmpfs', '--opt', 'device=tmpfs']],
] as const)('A5: a volume that is %s', (_, options) => {
  it("resists links during the engine's copy of an image's files; in containers links work", async () => {
    const outside = await mkdtemp(path.join(directory, 'outside-'));
    const volume = path.basename(outside);
    await engine.docker('volume', 'create', ...options, volume);
    await engine.docker(
      'run',
      '-d',
      '--name',
      volume,
      '--network',
      'none',
      '-v',
      `${volume}:/v`,
      'busybox',
      'sh',
      '-c',
      `while [ ! -e /v/a ]; do :; done; ln -s ${outside} /v/z; ln -s a /v/b; echo planted; sleep 1000`,
    );
    await engine.docker('create', '-v', `${volume}:/data`, 'long', 'true').catch(() => undefined);
    expect(await engine.docker('logs', volume)).toBe('planted\n');
    expect(await readdir(outside)).toEqual([]);
    expect(await engine.docker('exec', volume, 'sh', '-c', 'ls /v/b/ | wc -l')).toBe('4000\n');
  });
});

it('A5: a commit contains files of the container only, also if its directories are replaced', async () => {
  const outside = await mkdtemp(path.join(directory, 'outside-'));
  await writeFile(path.join(outside, 'file'), "the machine's", { mode: 0o600 });
  const id = (
    await engine.docker(
      'run',
      '-d',
      '--network',
      'none',
      'busybox',
      'sh',
      '-c',
      'mkdir -p /w/z; cd /w/z; seq 4000 | xargs touch; echo own > zfile; cp zfile file; cd /w; ' +
        `echo ready; while :; do mv z y; ln -s ${outside} z; sleep 0.01; rm z; mv y z; sleep 0.1; done`,
    )
  ).trim();
  await expect.poll(() => engine.docker('logs', id)).toBe('ready\n');
  let committed = 0;
  for (let round = 0; committed < 4; round++) {
    expect(round, 'most commits failed').toBeLessThan(12);
    try {
      await engine.docker('commit', '--pause=false', id, 'committed');
    } catch (error) {
      // The engine fails, guarded or not, if a file's size changes between its header and its content.
      expect(String(error)).toContain('unexpected EOF');
      continue;
    }
    committed += 1;
    expect(['own\n', '']).toContain(
      await engine.docker(
        'run',
        '--rm',
        '--network',
        'none',
        'committed',
        'sh',
        '-c',
        'cat /w/z/file 2>/dev/null; true',
      ),
    );
  }
  // It starts again over the same layers, and what keeps a descriptor of them is removed with it.
  await engine.docker('restart', '-t', '0', id);
  expect((await guards()).filter((point) => point.includes('/overlay2/'))).toHaveLength(1 + 2);
  await engine.docker('rm', '-f', id);
  expect((await guards()).filter((point) => point.includes('/overlay2/'))).toHaveLength(2);
});
