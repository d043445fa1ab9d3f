import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
  closeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { PlanBuilder } from '../planner/base/plan.ts';
import { SealedRunc } from '../planner/sealed-runc.ts';

const runtime = path.join(import.meta.dirname, 'build/bulkhead-runc');
/** A fake runc: prints the file that it runs from. */
const source = `#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
  char path[4096] = {0};
  if (argc > 1 && strcmp(argv[1], "--version") == 0) return 0;
  if (readlink("/proc/self/exe", path, sizeof path - 1) < 0) return 1;
  fputs(path, stderr);
  return 3;
}`;
let programs: string, fakeRunc: string;
beforeAll(() => {
  execFileSync('sh', [path.join(import.meta.dirname, 'build.sh')]);
  programs = mkdtempSync('/tmp/bulkhead-sealed-programs-');
  fakeRunc = path.join(programs, 'runc');
  execFileSync(process.env['CC'] ?? 'gcc', ['-x', 'c', '-', '-o', fakeRunc], { input: source });
});
afterAll(() => {
  rmSync(programs, { recursive: true });
});

let root: string;
let sealed: SealedRunc;
let logged: string[];
let now: number;
const at = (...parts: string[]) => path.join(root, ...parts);
beforeEach(() => {
  root = mkdtempSync('/tmp/bulkhead-sealed-');
  for (const directory of ['runtime', 'bundle']) mkdirSync(at(directory));
  copyFileSync(runtime, at('runtime/bulkhead-runc'));
  copyFileSync(fakeRunc, at('runtime/runc'));
  writeFileSync(at('other-file'), 'no program');
  logged = [];
  now = 0;
  sealed = new SealedRunc({
    runtimeBinary: at('runtime/bulkhead-runc'),
    runc: at('runtime/runc'),
    log: (line) => {
      logged.push(line);
    },
    now: () => now,
  });
});
afterEach(() => {
  sealed.close();
  rmSync(root, { recursive: true });
});

describe('a copy of runc in memory', () => {
  it('exists from the first request on, and cannot be written', async () => {
    expect(sealed.descriptor()).toBeNull();
    await sealed.make();
    const descriptor = sealed.descriptor();
    expect(readFileSync(`/proc/self/fd/${descriptor}`).equals(readFileSync(at('runtime/runc')))).toBe(true);
    expect(() => {
      writeFileSync(`/proc/self/fd/${descriptor}`, 'x', { flag: 'r+' });
    }).toThrow(/EPERM/);
    // A user for whom root runs it can neither read it nor inspect its process.
    expect(fstatSync(descriptor ?? -1).mode & 0o777).toBe(0o511);
    expect(logged).toEqual([]);
  });

  it('is not used for a runc that was replaced: another one is made', async () => {
    await sealed.make();
    copyFileSync(realpathSync('/bin/cat'), at('other'));
    renameSync(at('other'), at('runtime/runc'));
    expect(sealed.descriptor()).toBeNull();
    await sealed.make();
    expect(
      readFileSync(`/proc/self/fd/${sealed.descriptor()}`).equals(readFileSync(at('runtime/runc'))),
    ).toBe(true);
  });

  it.each([
    [
      'a script',
      () => {
        writeFileSync(at('runtime/runc'), '#!/bin/sh\n');
      },
    ],
    [
      'nothing',
      () => {
        rmSync(at('runtime/runc'));
      },
    ],
  ])('is not made of %s', async (_, install) => {
    install();
    for (let i = 0; i < 2; i++) {
      await sealed.make();
      expect(sealed.descriptor()).toBeNull();
    }
  });

  it('logs once if none can be made', async () => {
    writeFileSync(at('runtime/runc'), '#!/bin/sh\n');
    await sealed.make();
    for (let i = 0; i < 3; i++) expect(sealed.descriptor()).toBeNull();
    expect(logged).toEqual([expect.stringContaining('is no program')]);
  });
});

describe('a copy that could not be made', () => {
  it.each([
    ['is killed', 'kill -9 $$', 'SIGKILL'],
    ['has no memory', 'echo "cannot copy: Cannot allocate memory" >&2; exit 1', 'allocate'],
    ['says what nobody can open', 'echo 1000; read line', 'ENOENT'],
  ])('because what makes it %s is tried again, with a pause', async (_, script, why) => {
    renameSync(at('runtime/bulkhead-runc'), at('runtime/real'));
    writeFileSync(at('runtime/bulkhead-runc'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    for (let i = 0; i < 2; i++) await sealed.make();
    expect(logged).toEqual([expect.stringContaining(why)]);
    renameSync(at('runtime/real'), at('runtime/bulkhead-runc'));

    const make = vi.spyOn(sealed, 'make');
    now += 29_999;
    expect(sealed.descriptor()).toBeNull();
    expect(make).not.toHaveBeenCalled();
    now += 1;
    expect(sealed.descriptor()).toBeNull();
    await make.mock.results[0]?.value;
    expect(sealed.descriptor()).not.toBeNull();
  });

  it('of a script is not tried again', async () => {
    writeFileSync(at('runtime/runc'), '#!/bin/sh\n');
    await sealed.make();
    const make = vi.spyOn(sealed, 'make');
    now += 1e9;
    expect(sealed.descriptor()).toBeNull();
    expect(make).not.toHaveBeenCalled();
  });

  it('leaves runc to be run by its path if it finds its files only by that', async () => {
    const source = `#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
  char path[4096] = {0};
  if (argc < 1 || readlink("/proc/self/exe", path, sizeof path - 16) < 0) return 1;
  strcpy(strrchr(path, '/') + 1, "sibling");
  execv(path, argv);
  return 1;
}`;
    renameSync(at('runtime/runc'), at('runtime/sibling'));
    execFileSync(process.env['CC'] ?? 'gcc', ['-x', 'c', '-', '-o', at('runtime/runc')], { input: source });
    execFileSync(at('runtime/runc'), ['--version']);
    await sealed.make();
    expect(sealed.descriptor()).toBeNull();
    expect(logged).toEqual([expect.stringContaining('asked for its version')]);
  });
});

/** What the runtime runs as runc when the planner (this process) reports descriptor `number` as the copy. */
async function programWith(number: number): Promise<string> {
  const plan = new PlanBuilder();
  plan.sealedRunc(number);
  const planner = createServer({ allowHalfOpen: true }, (socket) => {
    socket
      .on('error', () => undefined)
      .once('data', () => {
        socket.end(plan.encode());
      })
      .on('end', () => {
        socket.end();
      });
  }).listen(at('planner.sock'));
  await once(planner, 'listening');
  try {
    const child = spawn(at('runtime/bulkhead-runc'), ['run', 'c1'], {
      cwd: at('bundle'),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const [code] = (await once(child, 'close')) as [number | null];
    expect(code).toBe(3);
    return stderr.trim();
  } finally {
    planner.close();
  }
}

describe('the runtime', () => {
  it('runs runc from the copy that the planner keeps', async () => {
    await sealed.make();
    expect(await programWith(sealed.descriptor() ?? -1)).toBe('/memfd:runc (deleted)');
  });

  it('runs it by its path if that descriptor is something else, or missing', async () => {
    const file = openSync(at('other-file'), 'r');
    expect(await programWith(file)).toBe(at('runtime/runc'));
    closeSync(file);
    expect(await programWith(1 << 20)).toBe(at('runtime/runc'));
  });

  const allowSealing = 2,
    addSeals = 1033;
  it.each([
    ['none', 0],
    ['one too few', 7],
  ])("takes no memory of root's with %s of the seals", async (_, seals) => {
    const script = `
      const { closeSync, openSync, readFileSync, writeSync } = await import('node:fs');
      const { libcFunction } = await import(process.argv[1]);
      const memfdCreate = libcFunction('int memfd_create(const char *name, unsigned int flags)');
      const copy = memfdCreate('runc', ${allowSealing});
      writeSync(copy, readFileSync(process.argv[2]));
      libcFunction('int fcntl(int fd, int command, ...)')(copy, ${addSeals}, 'int', Number(process.argv[3]));
      const readable = openSync('/proc/self/fd/' + copy, 'r');
      closeSync(copy);
      console.log(readable);
      process.stdin.resume();`;
    const libc = new URL('../gateway/base/libc.ts', import.meta.url).href;
    expect(
      await programFrom(
        spawn(
          process.execPath,
          ['--input-type=module', '-e', script, libc, at('runtime/runc'), String(seals)],
          { stdio: ['pipe', 'pipe', 'inherit'] },
        ),
      ),
    ).toBe(at('runtime/runc'));
  });

  it('accepts no copy made by another user than root', async () => {
    chmodSync(root, 0o755);
    const other = spawn(at('runtime/bulkhead-runc'), ['--bulkhead-seal', at('runtime/runc')], {
      uid: 65534,
      gid: 65534,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    expect(await programFrom(other)).toBe(at('runtime/runc'));
  });
});

/** Like programWith, with the descriptor that `child` has and prints; it ends with its stdin. */
async function programFrom(child: ChildProcessByStdio<Writable, Readable, null>): Promise<string> {
  const ended = once(child, 'close');
  let copy: number | null = null;
  try {
    const [number] = (await once(child.stdout, 'data')) as [Buffer];
    copy = openSync(`/proc/${child.pid}/fd/${number.toString().trim()}`, 'r');
    return await programWith(copy);
  } finally {
    if (copy !== null) closeSync(copy);
    child.stdin.end();
    await ended;
  }
}
