import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';

// For `docker exec -u NAME` dockerd resolves /etc/passwd below the container's root and then opens what it
// found, as root. A container that exchanges the file for a link in between has it read a file of the
// machine's: the process gets the numbers of a line there.

const run = promisify(execFile);
const secretId = 4_242;

/** `exchange A B`: exchanges two names, over and over. */
const program = `#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
int main(int n, char **words) {
  puts("ready");
  fflush(stdout);
  for (;;) {
    renameat2(AT_FDCWD, words[1], AT_FDCWD, words[2], RENAME_EXCHANGE);
    struct timespec rest = {0, 20000};
    nanosleep(&rest, 0);
  }
}
`;

let directory: string, engine: GuardedEngine;
beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/bulkhead-user-lookups-');
  const secret = path.join(directory, 'secret');
  await writeFile(secret, `victim:x:${secretId}:${secretId}::/:/bin/sh\n`, { mode: 0o600 });
  await writeFile(path.join(directory, 'exchange.c'), program);
  await run('gcc', [
    '-O1',
    '-static',
    '-w',
    '-o',
    path.join(directory, 'exchange'),
    path.join(directory, 'exchange.c'),
  ]);
  await writeFile(
    path.join(directory, 'Dockerfile'),
    [
      'FROM busybox',
      'COPY exchange /exchange',
      'RUN mkdir -p /real && echo content > /real/file && ln -s /real /link',
      `RUN echo victim:x:1000:1000::/:/bin/sh > /etc/passwd && ln -s ${secret} /etc/other && chmod 777 /etc`,
      '',
    ].join('\n'),
  );
  engine = await startGuardedEngine();
  await run('sh', [
    '-c',
    `DOCKER_BUILDKIT=0 docker -H unix://${engine.socket} build -q -t exchanging ${directory}`,
  ]);
});
afterAll(async () => {
  await engine.stop();
  await rm(directory, { recursive: true });
});

const docker = async (...args: string[]) =>
  (await run('docker', ['-H', `unix://${engine.socket}`, ...args], { encoding: 'latin1' })).stdout;
const repeated = async (count: number, work: () => Promise<void>) => {
  for (let i = 0; i < count; i++) await work();
};

/** Flags of the mounts that the machine has of containers' overlays. */
const overlayFlags = async () =>
  (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' '))
    .filter(([, , , , point]) => point?.startsWith(engine.engine.root) === true && point.endsWith('/merged'))
    .map(([, , , , , flags]) => flags?.split(',') ?? []);

it('A5: replacing /etc/passwd during a user look-up reveals no file of the machine', async () => {
  const id = (await docker('run', '-d', 'exchanging', '/exchange', '/etc/passwd', '/etc/other')).trim();
  const outcomes: string[] = [];
  let isOver = false;
  const copies = (async () => {
    while (!isOver) expect(await docker('cp', `${id}:/link/file`, '-')).toContain('content');
  })();
  const execs = () =>
    repeated(40, async () => {
      outcomes.push(await docker('exec', '-u', 'victim', id, 'id', '-u').catch(() => 'no such user'));
    });
  try {
    await Promise.all([execs(), execs(), execs()]);
  } finally {
    isOver = true;
    await copies;
  }
  expect(outcomes).toContain('1000\n');
  expect(outcomes).not.toContain(`${secretId}\n`);
  await docker('rm', '-f', id);
});

it('A5: the engine follows no link of a running container; copies still follow them', async () => {
  await docker('run', '-d', '--name', 'linked', 'exchanging', 'sleep', '1000');
  await expect
    .poll(overlayFlags)
    .toEqual([expect.arrayContaining(['nosymfollow', 'nosuid', 'nodev', 'noexec'])]);
  expect(await docker('cp', 'linked:/link/file', '-')).toContain('content');
  await writeFile(path.join(directory, 'new'), 'copied in');
  await docker('cp', path.join(directory, 'new'), 'linked:/link/new');
  expect(await docker('exec', 'linked', 'cat', '/link/new')).toBe('copied in');
  expect(await docker('exec', 'linked', 'cat', '/real/new')).toBe('copied in');
  await expect.poll(overlayFlags).toEqual([expect.arrayContaining(['nosymfollow'])]);
  await docker('stop', '-t', '0', 'linked');
  expect(await docker('cp', 'linked:/link/new', '-')).toContain('copied in');
  await docker('rm', '-f', 'linked');
});
