import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { firstProcessOf } from './first-process.ts';

const run = promisify(execFile);
let engine: IsolatedEngine;
beforeAll(async () => {
  engine = await startIsolatedEngine();
  await vi.waitFor(
    () => {
      expect(sealedCopy()).not.toBeNull();
    },
    { timeout: 60_000, interval: 50 },
  );
});
afterAll(async () => {
  await engine.stop();
});

/** The file of the planner's copy. */
function sealedCopy(): string | null {
  const directory = `/proc/${engine.planner().child.pid}/fd`;
  return (
    readdirSync(directory)
      .map((name) => path.join(directory, name))
      .find((file) => linkOf(file) === '/memfd:runc (deleted)') ?? null
  );
}

function linkOf(file: string): string | null {
  try {
    return readlinkSync(file);
  } catch {
    return null; // just closed
  }
}

/** The identity of a file, independent of its name. */
const identityOf = (file: string) => {
  const { dev, ino } = statSync(file);
  return `${dev}:${ino}`;
};

it('containers are created by the copy in memory, not by a copy that runc makes', async () => {
  const { runtimeBinary } = engine.paths;
  const pipes = await mkdtemp('/tmp/bh-');
  const [begun, go] = [path.join(pipes, 'begun'), path.join(pipes, 'go')];
  await run('mkfifo', [begun, go]);
  // Stops a container between its create and its start, while runc waits in it.
  await rename(runtimeBinary, `${runtimeBinary}.real`);
  await writeFile(
    runtimeBinary,
    `#!/bin/sh\ncase " $* " in *" start "*) echo > ${begun}; read line < ${go};; esac\n` +
      `exec ${runtimeBinary}.real "$@"\n`,
    { mode: 0o755 },
  );
  try {
    const ran = engine.docker('run', '--rm', 'busybox', 'echo', 'ran');
    await readFile(begun);
    const [name = ''] = await engine.states();
    const { runcRoot } = JSON.parse(await readFile(path.join(engine.own.containers, name), 'utf8')) as {
      runcRoot: string;
    };
    const program = `/proc/${firstProcessOf(runcRoot, path.basename(name, '.json'))?.pid}/exe`;
    expect(linkOf(program)).toBe('/memfd:runc (deleted)');
    expect(identityOf(program)).toBe(identityOf(sealedCopy() ?? ''));
    await writeFile(go, '\n');
    expect(await ran).toBe('ran\n');
  } finally {
    await rename(`${runtimeBinary}.real`, runtimeBinary);
    await rm(pipes, { recursive: true });
  }
});

/**
 * Runs in every process that loads it: keeps the running program open, executes another one, and writes to
 * the open file.
 */
const attack = `#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
__attribute__((constructor)) static void attack(void) {
  char program[256] = {0}, script[256];
  if (readlink("/proc/self/exe", program, sizeof program - 1) < 0 || strstr(program, "runc") == NULL) return;
  int writable = open("/proc/self/exe", O_WRONLY);
  int readable = open("/proc/self/exe", O_RDONLY);
  printf("%s: %s\\n", program, writable < 0 && readable < 0 ? strerror(errno) : "OPENED");
  fflush(stdout);
  snprintf(script, sizeof script,
           "for fd in %d %d; do echo x > /proc/self/fd/$fd && echo WRITTEN; done 2> /dev/null",
           writable, readable);
  execl("/bin/busybox", "sh", "-c", script, (char *)NULL);
  _exit(1);
}
`;

it('A2: runc executed through the container changes neither runc nor its copy (CVE-2019-5736)', async () => {
  const runc = path.join(engine.paths.runtimeDir, 'runc');
  const contents = () =>
    [runc, sealedCopy() ?? ''].map((file) => createHash('sha256').update(readFileSync(file)).digest('hex'));
  const before = contents();
  const image = await mkdtemp('/tmp/bh-');
  try {
    const install = async (from: string, to: string) => {
      await mkdir(path.dirname(path.join(image, to)), { recursive: true });
      await copyFile(from, path.join(image, to));
    };
    // Not for a statically linked runc, which loads no library.
    const { stdout: linked } = await run('sh', ['-c', 'ldd "$0" || :', runc]);
    const libraries = [...linked.matchAll(/(\/\S+) \(0x/g)].map(([, file = '']) => file);
    for (const file of libraries) await install(file, file);
    await writeFile(path.join(image, 'attack.c'), attack);
    await run(process.env['CC'] ?? 'gcc', [
      '-shared',
      '-fPIC',
      '-o',
      path.join(image, 'attack.so'),
      path.join(image, 'attack.c'),
    ]);
    await writeFile(path.join(image, 'evil'), '#!/proc/self/exe\n', { mode: 0o755 });
    await engine.docker('create', '--name', 'busybox', 'busybox');
    await mkdir(path.join(image, 'bin'));
    await engine.docker('cp', 'busybox:/bin/busybox', path.join(image, 'bin/busybox'));
    await engine.docker('rm', 'busybox');
    await run('sh', ['-c', `tar -C ${image} -c . | docker -H unix://${engine.socket} import - evil`]);

    await engine.docker('create', '--name', 'evil', '--env', 'LD_PRELOAD=/attack.so', 'evil', '/evil');
    await engine.docker('start', '-a', 'evil').catch(() => undefined);
    const logs = await engine.docker('logs', 'evil');
    expect(logs).toBe(libraries.length > 0 ? '/memfd:runc (deleted): Permission denied\n' : '');
    expect(contents()).toEqual(before);
    expect(await engine.docker('run', '--rm', 'busybox', 'echo', 'works')).toBe('works\n');
  } finally {
    await rm(image, { recursive: true });
    await engine.docker('rm', '-f', 'evil');
  }
});
