import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { deviceNumber } from '../shared/isolation/device-number.ts';
import { sharingRecordName, writeSharingRecord } from '../shared/isolation/sharing-user.ts';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { enterUnifiedCgroups } from '../tests/support/unified-cgroups.ts';

// Real cgroup v2, but without controllers where the machine uses them in v1, so without limits. Not run on a
// real systemd: its paths are created by the test.
enterUnifiedCgroups();
const cgroups = '/sys/fs/cgroup';

describe('on cgroup v2', () => {
  let engine: IsolatedEngine;
  beforeAll(async () => {
    engine = await startIsolatedEngine();
  });
  afterAll(async () => {
    await engine.stop();
  });

  it('A2: containers have their own user and cgroup namespace through exec, pause and restart', async () => {
    expect(await engine.docker('info', '-f', '{{.CgroupVersion}}')).toBe('2\n');
    await engine.docker('run', '-d', '--name', 'one', 'busybox', 'sleep', '1000');
    const observe = () =>
      engine.docker(
        'exec',
        'one',
        'sh',
        '-c',
        'cat /proc/self/uid_map; grep ^0:: /proc/self/cgroup; mkdir /sys/fs/cgroup/sub 2>&1',
      );
    const isolated = /^\s*0\s+[1-4]\d{9}\s+65536\n0::\/\nmkdir: .*Read-only file system\n$/;
    // the rejection of execFile: mkdir must fail
    const failing = (error: unknown) => (error as { stdout: string }).stdout;
    expect(await observe().catch(failing)).toMatch(isolated);
    await engine.docker('pause', 'one');
    await engine.docker('unpause', 'one');
    await engine.docker('restart', '-t', '0', 'one');
    expect(await observe().catch(failing)).toMatch(isolated);
    await engine.docker('rm', '-f', 'one');
    await vi.waitFor(
      async () => {
        expect([await engine.leftoverMounts(), await engine.ranges(), await engine.states()]).toEqual([
          [],
          [],
          [],
        ]);
      },
      { timeout: 60_000, interval: 50 },
    );
  });

  it('A5: a container opens the device granted to it, with the granted access, and no other', async () => {
    const image = path.join(engine.root, 'disk');
    writeFileSync(image, Buffer.alloc(1024 * 1024, 'content of the disk\n'));
    const loop = spawnSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).stdout.trim();
    const { major, minor } = deviceNumber(statSync(loop, { bigint: true }).rdev);
    const script = `exec 2>&1; head -c 7 ${loop}; echo x > ${loop}; head -c 1 /dev/hole`;
    const id = (
      await engine.docker(
        ...[
          'create',
          '--name',
          'granted',
          '--device',
          `${loop}:${loop}:r`,
          '--device',
          '/dev/null:/dev/hole',
        ],
        ...['busybox', 'sh', '-c', script],
      )
    ).trim();
    // As the gateway does when it allows the start of a container.
    const records = path.join(engine.paths.root, 'sharing');
    mkdirSync(records, { recursive: true });
    writeFileSync(
      path.join(records, sharingRecordName(id)),
      writeSharingRecord({ uid: 0, gid: 0 }, { devices: [{ type: 'b', major, minor, access: 'r' }] }),
    );
    try {
      await expect(engine.docker('start', '-a', 'granted')).resolves.toMatch(
        /^content[^]*Operation not permitted/,
      );
    } finally {
      await engine.docker('rm', 'granted');
      spawnSync('losetup', ['--detach', loop]);
    }
  });

  it('A4, A5 a privileged container has cgroups of its own, and none above', async () => {
    const script =
      'mkdir /sys/fs/cgroup/sub && echo $$ > /sys/fs/cgroup/sub/cgroup.procs && ' +
      'grep ^0:: /proc/self/cgroup; mount -t cgroup2 none /mnt && ls -d /mnt/sub /mnt/docker; ' +
      'echo 0 > /mnt/cgroup.max.descendants || echo refused';
    expect(
      await engine.docker('run', '--rm', '--privileged', 'busybox', 'sh', '-c', `mkdir -p /mnt; ${script}`),
    ).toBe('0::/sub\n/mnt/sub\nrefused\n');
  });
});

describe("the hook that hands over cgroups, with the systemd driver's paths", () => {
  const id = 'c0ffee'.repeat(10);
  const base = 1_000_013_824;
  const slice = path.join(cgroups, `bulkhead-${process.pid}.slice`);
  const scope = path.join(slice, `docker-${id}.scope`);
  let inside: ChildProcess;
  beforeAll(() => {
    mkdirSync(scope, { recursive: true });
    inside = spawn('sleep', ['1000'], { stdio: 'ignore' });
    writeFileSync(path.join(scope, 'cgroup.procs'), String(inside.pid));
  });
  afterAll(async () => {
    const ended = new Promise((resolve) => {
      inside.once('exit', resolve);
    });
    inside.kill('SIGKILL');
    await ended;
    await vi.waitFor(
      () => {
        rmdirSync(scope);
      },
      { timeout: 60_000 },
    );
    rmdirSync(slice);
  });

  const hook = (of: string) =>
    spawnSync(
      path.resolve('runtime/build/bulkhead-runc'),
      ['--bulkhead-chown-cgroup', String(base), of, `=${cgroups}`],
      {
        input: JSON.stringify({
          ociVersion: '1.0.2',
          id: of,
          status: 'created',
          pid: inside.pid,
          bundle: '/b',
        }),
        encoding: 'utf8',
      },
    );
  const ownerOf = (file: string) => statSync(path.join(scope, file)).uid;

  it('does not change a scope of another container', () => {
    expect(hook('d'.repeat(60)).status).toBe(0);
    expect(ownerOf('.')).toBe(0);
  });

  it('gives the container its scope with the files that the kernel delegates, and nothing else', () => {
    const done = hook(id);
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect(['.', 'cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control'].map(ownerOf)).toEqual([
      base,
      base,
      base,
      base,
    ]);
    expect(['cgroup.max.depth', 'cgroup.freeze', '..'].map(ownerOf)).toEqual([0, 0, 0]);
  });
});
