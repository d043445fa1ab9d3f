import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { importNodes, makeFileByBuildKit, rawDevice, type RawDevice } from '../tests/support/device-image.ts';
import { shimsOf, startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { startBareEngine, type BareEngine } from '../tests/support/real-engine.ts';

const run = promisify(execFile);
const account = 'of-the-device:x:7777:7777::/:/bin/sh\n';

let device: RawDevice;
let bare: BareEngine;
let engine: IsolatedEngine;
beforeAll(async () => {
  device = await rawDevice();
  bare = await startBareEngine();
  engine = await startIsolatedEngine();
  for (const { socket } of [bare, engine]) {
    await importNodes(socket, 'nodes', device.path, ['disk']);
    await importNodes(socket, 'accounts', device.path, ['etc/passwd']);
  }
});
afterAll(async () => {
  await engine?.stop();
  await bare?.stop();
  await device?.remove();
});

const failing = (error: unknown) => String((error as { stderr: string }).stderr); // the rejection of execFile

describe('device nodes of images', () => {
  it('BuildKit writes to none (a confined engine), and to any (another one)', async () => {
    await device.write('untouched');
    expect(await makeFileByBuildKit(engine.socket, 'nodes', '/disk', 'by an image')).toMatch(
      /operation not permitted/,
    );
    expect(await device.content(9)).toBe('untouched');
    expect(await makeFileByBuildKit(bare.socket, 'nodes', '/disk', 'by an image')).toBe('');
    expect(await device.content(11)).toBe('by an image');
  });

  it('accounts are read from none (a confined engine), and from any (another one)', async () => {
    await device.write(account);
    const args = ['run', '--rm', '--user', 'of-the-device', 'accounts', '/bin/busybox', 'id', '-u'];
    expect(await engine.docker(...args).catch(failing)).toMatch(
      /operation not permitted|unable to find user/,
    );
    expect(await bare.docker(...args)).toBe('7777\n');
  });

  it('images that contain nodes are still unpacked, saved, built on and copied from', async () => {
    const there = /^brw-rw-rw- .* \/disk\n$/;
    const list = ['/bin/busybox', 'ls', '-l', '/disk'];
    expect(await engine.docker('run', '--rm', 'nodes', ...list)).toMatch(there);
    const scratch = await mkdtemp('/tmp/bulkhead-nodes-');
    try {
      await engine.docker('save', '-o', path.join(scratch, 'saved'), 'nodes');
      await engine.docker('rmi', 'nodes');
      await engine.docker('load', '-i', path.join(scratch, 'saved'));
      expect(await engine.docker('run', '--rm', 'nodes', ...list)).toMatch(there);
      const lines = ['FROM busybox', 'COPY --from=nodes /disk /disk', 'COPY Dockerfile /', 'RUN ls -l /disk'];
      await writeFile(path.join(scratch, 'Dockerfile'), lines.join('\n'));
      // COPY creates a character device from it, in other engines too.
      for (const { docker } of [bare, engine]) {
        await docker('build', '-q', '-t', 'built', scratch);
        expect(await docker('run', '--rm', 'built', 'ls', '-l', '/disk')).toMatch(/^crw-rw-rw- .* \/disk\n$/);
      }
    } finally {
      await rm(scratch, { recursive: true });
    }
  });
});

describe('members of the cgroup', () => {
  const name = () => `/bulkhead-${engine.paths.id}`;
  const cgroupsOf = (pid: number | string) => readFile(`/proc/${pid}/cgroup`, 'utf8');

  it('include dockerd, without a process between, and shims; no container, privileged or not', async () => {
    await engine.docker('run', '-d', '--name', 'one', 'busybox', 'sleep', '1000');
    await engine.docker('run', '-d', '--privileged', '--name', 'two', 'busybox', 'sleep', '1000');
    const { pid } = engine.dockerd;
    expect((await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')[0]).toBe('dockerd');
    // Shims of containers that have ended may take a moment longer.
    await expect.poll(() => shimsOf(engine.root)).toHaveLength(2);
    const shims = await shimsOf(engine.root);
    for (const confined of [pid, ...shims]) expect(await cgroupsOf(confined)).toContain(name());
    for (const container of ['one', 'two']) {
      const init = (await engine.docker('inspect', '-f', '{{.State.Pid}}', container)).trim();
      expect(await cgroupsOf(init)).not.toContain(name());
      await engine.docker('exec', container, 'sh', '-c', 'echo > /dev/null && head -c 1 /dev/urandom');
    }
    await engine.docker('exec', 'two', 'sh', '-c', 'mkdir -p /mnt && mount -t tmpfs none /mnt');
    await engine.docker('rm', '-f', 'one', 'two');
  });

  it('do not include a build step', async () => {
    const scratch = await mkdtemp('/tmp/bulkhead-step-');
    try {
      const step = 'RUN cat /proc/self/cgroup && ! grep bulkhead- /proc/self/cgroup && echo > /dev/null';
      await writeFile(path.join(scratch, 'Dockerfile'), `FROM busybox\n${step}\n`);
      await engine.docker('build', '--no-cache', scratch);
    } finally {
      await rm(scratch, { recursive: true });
    }
  });

  it('have working terminals, of run and of exec', async () => {
    const onTerminal = async (args: string) => {
      const command = `docker -H unix://${engine.socket} ${args}`;
      return (await run('script', ['-qec', command, '/dev/null'])).stdout;
    };
    expect(await onTerminal('run -it --name tty busybox tty')).toMatch(/\/dev\/(?:pts\/\d+|console)/);
    await engine.docker('rm', 'tty');
    await engine.docker('run', '-dt', '--name', 'tty', 'busybox', 'sleep', '1000');
    expect(await onTerminal('exec -it tty tty')).toMatch(/\/dev\/pts\/\d+/);
    await engine.docker('rm', '-f', 'tty');
  });

  it("the engine's devices stay limited when dockerd is started again", async () => {
    await engine.restartDockerd('SIGKILL');
    expect(await makeFileByBuildKit(engine.socket, 'nodes', '/disk', 'once more')).toMatch(
      /operation not permitted/,
    );
  });
});
