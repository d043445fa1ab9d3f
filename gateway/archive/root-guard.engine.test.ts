import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGatewayProcess } from '../../tests/support/gateway-process.ts';
import { eciOn, startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';

// For a copy dockerd moves the machine's tree to a directory that it makes in the container's root, and
// unmounts it there by name. A container that exchanges that directory for a link to another mount in between
// has the machine's tree stay in view: the engine reads and writes there as root.

const run = promisify(execFile);

/**
 * `race TARGET SECONDS`: exchanges what is made as /.pivot_root… for the link /L to TARGET, some microseconds
 * later, and goes on.
 */
const program = `#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <time.h>
#include <unistd.h>
static long now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t);
return t.tv_sec * 1000000000L + t.tv_nsec; }
int main(int n, char **words) {
  long end = now() + atol(words[2]) * 1000000000L;
  int watch = inotify_init1(IN_NONBLOCK);
  char buffer[4096], name[300];
  if (n < 3 || inotify_add_watch(watch, "/", IN_CREATE) < 0) return 1;
  symlink(words[1], "/L");
  srand(now());
  puts("ready");
  fflush(stdout);
  for (int made = 0; now() < end;) {
    if (read(watch, buffer, sizeof buffer) <= 0) continue;
    struct inotify_event *event = (void *)buffer;
    if (strncmp(event->name, ".pivot_root", 11) != 0) continue;
    long until = now() + 3000 + rand() % 47000;
    snprintf(name, sizeof name, "/%s", event->name);
    while (now() < until);
    int exchanged = renameat2(AT_FDCWD, name, AT_FDCWD, "/L", RENAME_EXCHANGE) == 0;
    printf("%s\\n", exchanged ? "exchanged" : "kept out");
    fflush(stdout);
    if (!exchanged) continue;
    usleep(300000);
    snprintf(name, sizeof name, "/old%d", made++);
    rename("/L", name);
    symlink(words[1], "/L");
    while (read(watch, buffer, sizeof buffer) > 0);
  }
}
`;

let directory: string, held: string, engine: GuardedEngine;
beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/bulkhead-root-guard-');
  await writeFile(path.join(directory, 'canary'), "the machine's", { mode: 0o600 });
  await writeFile(path.join(directory, 'race.c'), program);
  await run('gcc', [
    '-O1',
    '-static',
    '-w',
    '-o',
    path.join(directory, 'race'),
    path.join(directory, 'race.c'),
  ]);
  engine = await startGuardedEngine();
  held = path.join(engine.engine.paths.isolation, 'held-roots');
  await writeFile(
    path.join(directory, 'Dockerfile'),
    'FROM busybox\nCOPY race /race\nRUN echo root:x:0:0::/:/bin/sh > /etc/passwd\n',
  );
  await run('sh', [
    '-c',
    `DOCKER_BUILDKIT=0 docker -H unix://${engine.socket} build -q -t racing ${directory}`,
  ]);
});
afterAll(async () => {
  await engine.stop();
  await rm(directory, { recursive: true });
});

const docker = async (...args: string[]) =>
  (
    await run('docker', ['-H', `unix://${engine.socket}`, ...args], {
      maxBuffer: 64 * 1024 * 1024,
      encoding: 'latin1',
    })
  ).stdout;

it("A5: a container cannot make the engine expose the machine's tree during a copy", async () => {
  const id = (await docker('run', '-d', '--name', 'racer', 'racing', '/race', '/etc/hosts', '300')).trim();
  const before = await docker('exec', 'racer', 'stat', '-c', '%u:%g:%a', '/');
  const tries = Array.from({ length: 40 }, (_, i) => i);
  for (const _ of tries) {
    const { stdout } = await run('curl', [
      '-s',
      '-o',
      path.join(directory, 'got'),
      '-w',
      '%{http_code}',
      '--unix-socket',
      engine.socket,
      `http://d/v1.45/containers/${id}/archive?path=/L${directory}/canary`,
    ]);
    expect(stdout).not.toBe('200');
  }
  const logs = await docker('logs', 'racer');
  expect(logs).not.toContain('exchanged');
  expect(logs.match(/kept out/g)?.length ?? 0).toBeGreaterThan(20);
  expect(await docker('exec', 'racer', 'stat', '-c', '%u:%g:%a', '/')).toBe(before);
  expect(await docker('exec', 'racer', 'sh', '-c', 'touch /own && echo made')).toBe('made\n');
  await docker('rm', '-f', 'racer');
});

it('A5: a container cannot do so while files are copied in (docker cp, docker cp -a)', async () => {
  await docker('run', '-d', '--name', 'owned', '--user', 'root', 'racing', '/race', '/etc/hosts', '300');
  await writeFile(path.join(directory, 'copied'), 'copied in');
  for (let i = 0; i < 60; i++)
    await docker('cp', ...(i % 2 === 0 ? ['-a'] : []), path.join(directory, 'copied'), 'owned:/etc/copied');
  expect(await docker('exec', 'owned', 'cat', '/etc/copied')).toBe('copied in');
  const logs = await docker('logs', 'owned');
  expect(logs).not.toContain('exchanged');
  expect(logs.match(/kept out/g)?.length ?? 0).toBeGreaterThan(20);
  await docker('rm', '-f', 'owned');
});

it("A5: restores the root directory's owner and mode when the container ends meanwhile", async () => {
  await docker(
    'run',
    '-d',
    '--name',
    'open',
    'busybox',
    'sh',
    '-c',
    'chmod 1777 /; chown 5:6 /; exec sleep 1000',
  );
  const rootOwner = () => docker('exec', 'open', 'stat', '-c', '%u:%g:%a', '/');
  await expect.poll(rootOwner, { timeout: 60_000 }).toBe('5:6:1777\n');
  const copies = Array.from({ length: 8 }, () => docker('cp', 'open:/bin', '-').catch(() => ''));
  await docker('restart', '-t', '0', 'open');
  await Promise.all(copies);
  await expect.poll(rootOwner, { timeout: 60_000 }).toBe('5:6:1777\n');
  await docker('stop', '-t', '0', 'open');
  await docker('cp', 'open:/bin', '-');
  await docker('start', 'open');
  expect(await rootOwner()).toBe('5:6:1777\n');
  await docker('rm', '-f', 'open');
});

it('A5: a container cannot do so during copies through two gateways, one of which is killed', async () => {
  await mkdir(path.join(directory, 'other'));
  const other = await startGatewayProcess({
    engineSocket: engine.engine.socket,
    directory: path.join(directory, 'other'),
    engineDirectory: engine.engine.root,
    settings: eciOn(engine.scratch),
    stateDirectory: engine.engine.paths.root,
  });
  const through = async (socket: string, ...args: string[]) =>
    (await run('docker', ['-H', `unix://${socket}`, ...args], { encoding: 'latin1' })).stdout;
  const rootOf = (socket: string) => through(socket, 'exec', 'both', 'stat', '-c', '%u:%g:%a', '/');
  const copies = async (socket: string, count: number) => {
    for (let i = 0; i < count; i++) await through(socket, 'cp', 'both:/etc/passwd', '-');
  };
  try {
    await docker('run', '-d', '--name', 'both', 'racing', '/race', '/etc/hosts', '300');
    const before = await rootOf(engine.socket);
    const both = [engine.socket, other.socket];
    await Promise.all([...both, ...both].map((socket) => copies(socket, 20)));
    const interrupted = copies(engine.socket, 100).catch(() => undefined);
    await expect.poll(() => readdir(held), { interval: 1 }).not.toEqual([]);
    process.kill(engine.gateway.pid, 'SIGKILL');
    await interrupted;
    await expect.poll(() => readdir(held)).toEqual([]);
    expect(await rootOf(other.socket)).toBe(before);
    await copies(other.socket, 1);
    const logs = await through(other.socket, 'logs', 'both');
    expect(logs).not.toContain('exchanged');
    expect(logs.match(/kept out/g)?.length ?? 0).toBeGreaterThan(20);
    await through(other.socket, 'rm', '-f', 'both');
  } finally {
    await other.stop();
  }
});
