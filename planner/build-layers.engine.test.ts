import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { runningProcesses } from '../engine/base/process-identity.ts';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';

// dockerd reads a build's layer as root and by path: for its checksum, and whenever the image is saved or
// pushed. A step can pass a descriptor of one of its directories to another step that is still running, which
// then changes the directory: a link there could put any file of the machine into the image.

const run = promisify(execFile);

/**
 * `keep SOCKET`: receives a directory, and exchanges its `d` for its `link` and back, repeatedly. `give
 * SOCKET [FILE]`: sends /w to it, and FILE open for writing.
 */
const program = `#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
int main(int n, char **words) {
  struct sockaddr_un at = {.sun_family = AF_UNIX};
  strcpy(at.sun_path, words[2]);
  int s = socket(AF_UNIX, SOCK_STREAM, 0), sent[2], directory;
  char byte = 0;
  union { char bytes[CMSG_SPACE(sizeof sent)]; struct cmsghdr align; } control = {{0}};
  struct iovec vector = {&byte, 1};
  struct msghdr message = {
    .msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
  if (strcmp(words[1], "keep") == 0) {
    unlink(words[2]);
    if (bind(s, (void *)&at, sizeof at) != 0 || chmod(words[2], 0777) != 0 || listen(s, 9) != 0) return 1;
    puts("keeping");
    fflush(stdout);
    int giver = accept(s, NULL, NULL);
    if (recvmsg(giver, &message, 0) != 1) return 1;
    memcpy(&directory, CMSG_DATA(&control.align), sizeof directory);
    for (int swaps = 0;; swaps++) {
      if (renameat2(directory, "link", directory, "d", RENAME_EXCHANGE) != 0) {
        printf("stopped %s\\n", strerror(errno));
        fflush(stdout);
        pause();
      }
      if (swaps == 0 && write(giver, "", 1) != 1) return 1;
      usleep(500);
    }
  }
  if (connect(s, (void *)&at, sizeof at) != 0) { perror("connect"); return 1; }
  sent[0] = open("/w", O_RDONLY | O_DIRECTORY);
  sent[1] = n > 3 ? open(words[3], O_WRONLY) : sent[0];
  control.align = (struct cmsghdr){
    .cmsg_len = CMSG_LEN(sizeof sent), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
  memcpy(CMSG_DATA(&control.align), sent, sizeof sent);
  if (sendmsg(s, &message, 0) == 1 && read(s, &byte, 1) == 1) return 0;
  perror("give");
  return 1;
}
`;

let directory: string, engine: IsolatedEngine;
const buildProcesses: ChildProcess[] = [];
beforeAll(async () => {
  directory = await mkdtemp('/tmp/bulkhead-layers-');
  engine = await startIsolatedEngine();
  await writeFile(path.join(directory, 'race.c'), program);
  await run('gcc', [
    '-O1',
    '-static',
    '-w',
    '-o',
    path.join(directory, 'race'),
    path.join(directory, 'race.c'),
  ]);
  await writeFile(path.join(directory, 'outside'), "the machine's", { mode: 0o600 });
});
afterAll(async () => {
  for (const buildProcess of buildProcesses) buildProcess.kill();
  await stepsEnded();
  await engine.stop();
  await rm(directory, { recursive: true });
});

beforeEach(() => utimes(path.join(directory, 'outside'), 1_000, new Date()));

const environment = () => ({
  ...process.env,
  DOCKER_HOST: `unix://${engine.socket}`,
  DOCKER_BUILDKIT: '1',
  BUILDKIT_PROGRESS: 'plain',
});
const guards = async () =>
  (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' '))
    .filter(
      ([, , , , point, options]) =>
        point?.startsWith(`${engine.root}/data/overlay2/`) === true &&
        !point.endsWith('/merged') &&
        options?.includes('nosymfollow') === true,
    );

/** Builds image `name`; passes the builder's output to `output` as it comes. */
async function build(output: string[], name: string, ...lines: string[]): Promise<void> {
  await writeFile(path.join(directory, name), [...lines, ''].join('\n'));
  const building = spawn('docker', ['build', '-t', name, '-f', path.join(directory, name), directory], {
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  building.stderr.on('data', (part: Buffer) => {
    output.push(part.toString());
  });
  const [code] = (await once(building, 'close')) as [number | null];
  if (code !== 0) throw new Error(output.join(''));
}

/**
 * Until no step runs any more: an engine that is stopped before it has ended the step of a client that is
 * gone leaves the step behind, with its processes in the engine's cgroup.
 */
async function stepsEnded(): Promise<void> {
  const areEnded = async () => !(await runningProcesses()).some(({ args }) => args[0] === '/race');
  await vi.waitUntil(areEnded, { timeout: 60_000, interval: 100 });
}

/** A build whose step keeps the descriptors sent to it; resolves once the step is ready. */
async function startHoldingBuild(
  name: string,
): Promise<{ readonly buildProcess: ChildProcess; readonly output: () => string }> {
  await writeFile(
    path.join(directory, name),
    `FROM busybox\nCOPY race /race\nRUN --mount=type=cache,id=${name},target=/c : ${name} && ` +
      'chmod 777 /c && /race keep /c/s\n',
  );
  const buildProcess = spawn('docker', ['build', '-f', path.join(directory, name), directory], {
    env: environment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  buildProcesses.push(buildProcess);
  let text = '';
  buildProcess.stderr.on('data', (part: Buffer) => {
    text += part.toString();
  });
  while (!/^#\d+ [\d.]+ keeping/m.test(text)) await once(buildProcess.stderr, 'data');
  return { buildProcess, output: () => text };
}

const files = () =>
  `mkdir -m 777 /w /w/d && echo own > /w/d/outside && chmod 666 /w/d/outside && ln -s ${directory} /w/link`;

/**
 * Saves the image repeatedly. Returns whether the machine's file was read: the kernel updates its access time
 * on the first read after a change.
 */
async function isReadBySaving(image: string): Promise<boolean> {
  for (let round = 0; round < 12; round++)
    await run('sh', ['-c', 'docker save "$1" > /dev/null 2>&1; true', 'sh', image], { env: environment() });
  return (await stat(path.join(directory, 'outside'))).atimeMs !== 1_000_000;
}

it("A5: nobody can change a step's layer after its end, even by a descriptor of its directory", async () => {
  const { output } = await startHoldingBuild('keep-plain');
  const before = (await guards()).length;
  await build(
    [],
    'given',
    'FROM busybox',
    'COPY race /race',
    `RUN --mount=type=cache,id=keep-plain,target=/c ${files()} && /race give /c/s`,
  );
  expect(await isReadBySaving('given')).toBe(false);
  await expect.poll(output).toContain('stopped Read-only file system');
  expect(await guards()).toHaveLength(before);
});

it('A5: a step does not end while another has one of its files open for writing', async () => {
  const { buildProcess } = await startHoldingBuild('keep-open');
  let ended = false;
  const output: string[] = [];
  const building = build(
    output,
    'open',
    'FROM busybox',
    'COPY race /race',
    `RUN --mount=type=cache,id=keep-open,target=/c ${files()} && /race give /c/s /w/d/outside`,
  ).finally(() => {
    ended = true;
  });
  await expect
    .poll(() => output.join(''), { timeout: 60_000 })
    .toContain('waiting until a process of another container closes a file');
  expect(ended).toBe(false);
  buildProcess.kill('SIGINT');
  await building;
  expect(await isReadBySaving('open')).toBe(false);
});

it('A5: a step fails, and creates no layer, if another keeps one of its files open for writing', async () => {
  const { output: holderOutput } = await startHoldingBuild('keep-for-ever');
  const output: string[] = [];
  const lines = ['FROM busybox', 'COPY race /race'];
  const step = `RUN --mount=type=cache,id=keep-for-ever,target=/c ${files()} && /race give /c/s /w/d/outside`;
  await expect(build(output, 'for-ever', ...lines, step)).rejects.toThrow('so it counts as failed');
  expect(output.join('')).toContain('did not complete successfully: exit code: 1');
  await expect(engine.docker('image', 'inspect', 'for-ever')).rejects.toThrow('No such image');
  // Its files were never made read-only; the builder removes them.
  expect(holderOutput()).not.toContain('Read-only');
  // A container that passed no descriptor on ends without waiting.
  await build([], 'others', ...lines, 'RUN echo own > /own');
});

it('A5: the engine follows no link in the layer of a first step, which is not an overlay', async () => {
  await startHoldingBuild('keep-empty');
  const before = (await guards()).length;
  // A file that disappears while it is read makes a build fail.
  const built = await build(
    [],
    'empty',
    'FROM busybox AS tools',
    'COPY race /race',
    'FROM scratch',
    'RUN --mount=type=cache,id=keep-empty,target=/c ' +
      '--mount=type=bind,from=tools,source=/bin,target=/bin ' +
      `--mount=type=bind,from=tools,source=/race,target=/race ${files()} && /race give /c/s`,
  ).then(
    () => true,
    () => false,
  );
  expect(await isReadBySaving('empty')).toBe(false);
  // It is removed with the image.
  expect(await guards()).toHaveLength(before + 1);
  if (built) await engine.docker('rmi', 'empty');
  await engine.docker('builder', 'prune', '-f');
  expect((await guards()).length).toBeLessThanOrEqual(before);
});

it('A5: steps without outside descriptors leave no mount, despite deleted open files', async () => {
  const before = (await guards()).length;
  await build(
    [],
    'honest',
    'FROM busybox',
    'RUN mkdir /a; for i in $(seq 300); do echo $i > /a/$i; done; ' +
      '(sleep 1000 > /a/open) & exec 5> /a/gone; rm /a/gone; ln /a/1 /a/hard; rm /a/1; ' +
      'mv /bin/vi /bin/vi2; rm -r /home',
    'RUN rm -r /a; (while :; do echo x >> /log; done) & sleep 0.2',
    'RUN mknod /p p; (echo x > /p) & touch /y',
  );
  expect((await guards()).length).toBe(before);
  expect(
    await engine.docker(
      'run',
      '--rm',
      '--network',
      'none',
      'honest',
      'sh',
      '-c',
      'ls -d /home /a /bin/vi 2>/dev/null; ls /y',
    ),
  ).toBe('/y\n');
});
