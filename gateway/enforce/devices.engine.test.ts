import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, rm, rmdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eciOn, startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';
import { lockOfMachine } from '../../tests/support/machine-lock.ts';

const run = promisify(execFile);
let guarded: GuardedEngine;
let unlock: (() => void) | undefined;
/** Block device of this test. */
let loop: string;
/** Directory of device files of this test, below /dev. */
const own = `/dev/bulkhead-test-${process.pid}`;
/** The QoS device: whoever opens it reads four bytes. */
const quality = `${own}/quality`;

const specification = `/etc/cdi/bulkhead-test-${process.pid}.json`;

type Entry = Readonly<Record<string, unknown>>;
const allow = (...devices: Entry[]) =>
  guarded.gateway.settings({ ...eciOn(guarded.scratch), bulkhead: { devices } });
/** What the script prints, both streams. */
const sh = async (script: string): Promise<string> => {
  const { stdout, stderr } = await guarded.sh(script);
  return stdout + stderr;
};
const inBusybox = (options: string, script: string) =>
  sh(`docker run --rm ${options} busybox sh -c '${script}'`);
/** `docker …` of another user of the machine. */
const as = (uid: number, script: string) =>
  sh(`setpriv --reuid ${uid} --regid ${uid} --clear-groups -- ${script}`);

beforeAll(async () => {
  // Every engine reads the machine's /etc/cdi, and refuses a device that two files describe.
  unlock = await lockOfMachine('cdi');
  guarded = await startGuardedEngine({ sharingRecords: 'required', cdi: true });
  await chmod(guarded.scratch, 0o755);
  await chmod(guarded.socket, 0o666);
  const image = path.join(guarded.scratch, 'disk');
  await writeFile(image, Buffer.alloc(1024 * 1024, 'content of the disk\n'));
  loop = (await run('losetup', ['--find', '--show', image])).stdout.trim();
  await mkdir(own);
  await run('mknod', ['-m', '640', quality, 'c', '10', '259']);
  await run('mknod', ['-m', '640', `${own}/mem`, 'c', '1', '1']);
  await mkdir('/etc/cdi', { recursive: true });
}, 300_000);
afterAll(async () => {
  await guarded.stop();
  await run('losetup', ['--detach', loop]);
  await rm(own, { recursive: true });
  await rm(specification, { force: true });
  // Of others it may hold more.
  await rmdir('/etc/cdi').catch(() => undefined);
  unlock?.();
});
beforeEach(() => allow());

describe('A5: a device of the machine', () => {
  it('is refused unless it is listed, by rule and setting', async () => {
    const refused = /--device .* is blocked: devices of the engine .*\bA5\); .* bulkhead\.devices/;
    expect(await inBusybox(`--device ${loop}`, 'true')).toMatch(refused);
    await allow({ device: quality });
    expect(await inBusybox(`--device ${loop}`, 'true')).toMatch(refused);
    expect(await inBusybox(`--device-cgroup-rule "b *:* rwm"`, 'true')).toMatch(/no setting allows it/);
  });

  it('is available in the container when it is listed, and no other one is', async () => {
    await allow({ device: loop }, { device: `${own}/*`, permissions: 'r' });
    const options = `--device ${loop} --device ${quality}:/dev/quality:r`;
    const read =
      `head -c 7 ${loop}; stat -c " %u:%g %a" ${loop} /dev/quality; ` + 'head -c 4 /dev/quality | wc -c';
    expect(await inBusybox(options, read)).toBe('content 0:0 600\n 0:0 640\n4\n');
    expect(await inBusybox(options, 'ls /dev/loop-control /dev/kmsg 2>&1')).toMatch(
      /No such file[^]*No such/,
    );
    // A node of the same numbers, or of another device, can't be made or opened.
    expect(await inBusybox(options, 'mknod /tmp/x b 7 0; mknod /tmp/y c 1 11')).toMatch(
      /x: Operation not permitted[^]*y: Operation not permitted/,
    );
  });

  it('is opened with the listed permissions only', async () => {
    await allow({ device: loop, permissions: 'r' });
    expect(await inBusybox(`--device ${loop}`, 'true')).toContain(`--device ${loop}:${loop}:r`);
    expect(await inBusybox(`--device ${loop}:${loop}:rw`, 'true')).toContain('is blocked');
    const write = `head -c 7 ${loop}; echo changed > ${loop}`;
    expect(await inBusybox(`--device ${loop}:${loop}:r`, write)).toMatch(
      /^content[^]*Operation not permitted/,
    );
    expect(await readFile(path.join(guarded.scratch, 'disk'), 'utf8')).toMatch(/^content/);
  });

  it('is available also under --privileged, as the only one of the machine', async () => {
    await allow({ device: loop });
    const look = `head -c 7 ${loop}; ls /dev/loop-control`;
    expect(await inBusybox(`--privileged --device ${loop}`, look)).toMatch(/^content[^]*No such file/);
  });

  it('stays the same after restarts, in exec, and with Compose', async () => {
    await allow({ device: loop });
    await sh(`docker run -d --name again --device ${loop} busybox sleep 1000`);
    expect(await sh(`docker exec again head -c 7 ${loop}`)).toBe('content');
    expect(await sh(`docker restart -t 0 again && docker exec again head -c 7 ${loop}`)).toBe(
      'again\ncontent',
    );
    await guarded.engine.restartDockerd('SIGTERM');
    await sh('docker start again');
    expect(await sh(`docker exec again head -c 7 ${loop}`)).toBe('content');
    await allow();
    expect(await sh('docker restart -t 0 again')).toMatch(/is blocked: devices of the engine/);
    await sh('docker rm -f again');
    await allow({ device: loop });
    await writeFile(
      path.join(guarded.work, 'compose.yaml'),
      `services:\n  one:\n    image: busybox\n    command: head -c 7 ${loop}\n    devices: ["${loop}"]\n`,
    );
    expect(await sh('docker compose up --no-log-prefix; docker compose down')).toMatch(/content$/m);
  });
});

describe('A5: who may have a device', () => {
  it('a listed user or group, and nobody else', async () => {
    await allow({ device: loop, users: ['21234'] });
    const create = `docker run --rm --device ${loop} busybox head -c 7 ${loop}`;
    expect(await as(21_234, create)).toBe('content');
    expect(await as(21_001, create)).toMatch(/the entry .* is for other users/);
    await allow({ device: loop, groups: ['daemon'] });
    expect(await as(21_234, create)).toMatch(/the entry .* is for other users/);
    expect(await as(1, create)).toBe('content');
  });

  it('a listed image, by its content', async () => {
    await allow({ device: loop, images: ['example.com/camera'] });
    await sh('docker tag busybox example.com/camera');
    const create = `docker run --rm --device ${loop} example.com/camera head -c 7 ${loop}`;
    expect(await sh(create)).toMatch(/is not for this image/);
    await allow({ device: loop, images: ['*'] });
    expect(await sh(create)).toBe('content');
  });
});

describe('A5: a device is not identified by its name', () => {
  it('follows links and dots to what is there', async () => {
    await allow({ device: loop });
    const link = path.join(guarded.scratch, 'link');
    await symlink('/dev/kmsg', link);
    expect(await inBusybox(`--device ${link}:/dev/x`, 'true')).toMatch(/is blocked.*it leads to \/dev\/kmsg/);
    expect(await inBusybox('--device /dev/shm/../kmsg:/dev/x', 'true')).toContain('is blocked');
    expect(await inBusybox(`--device /dev/shm/../${path.basename(loop)}:/dev/x`, 'head -c 7 /dev/x')).toBe(
      'content',
    );
    await rm(link);
  });

  it('refuses at the start what was put in its place since it was created', async () => {
    await allow({ device: loop });
    const link = path.join(guarded.scratch, 'swapped');
    const target = (to: string) => sh(`ln -sfn ${to} ${link}`);
    await target(loop);
    await sh(`docker create --name swapped --device ${link}:/dev/x busybox head -c 7 /dev/x`);
    expect(await sh('docker start -a swapped')).toBe('content');
    await target('/dev/kmsg');
    expect(await sh('docker start -a swapped')).toMatch(/is blocked.*it leads to \/dev\/kmsg/);
    // As in the time between the gateway's look and the engine's.
    await expect(guarded.engine.docker('start', '-a', 'swapped')).rejects.toThrow(
      /the device \/dev\/x \(c 1:11\) is not one a protected container may have/,
    );
    await target(loop);
    expect(await sh('docker start -a swapped')).toBe('content');
    await sh('docker rm swapped');
  });

  it("gets the engine's error where there is none, at a create and at a start", async () => {
    const absent = `${own}/absent`;
    // Of a create the command line adds where its help is; the engine's error is one of the start.
    const outcome = async (socket: string) => {
      const run = `docker run --rm --device ${absent} busybox true; echo $?`;
      return (await sh(`DOCKER_HOST=unix://${socket} ${run}`)).replace("See 'docker run --help'.\n", '');
    };
    const error = `adding custom device "${absent}": no such file or directory`;
    for (const devices of [[], [{ device: `${own}/*` }]]) {
      await allow(...devices);
      const gateway = await outcome(guarded.socket);
      expect(gateway).toContain(error);
      expect(gateway).toBe(await outcome(guarded.engine.socket));
    }
    await run('mknod', ['-m', '666', absent, 'c', '10', '259']);
    await sh(`docker create --name earlier --device ${absent} busybox head -c 1 ${absent}`);
    expect(await sh('docker start -a earlier | wc -c')).toBe('1\n');
    await rm(absent);
    expect(await sh('docker start -a earlier')).toContain(error);
    expect(await sh('docker rm earlier')).toBe('earlier\n');
    await allow();
    // Whether something exists elsewhere is not said.
    for (const other of ['/absent', '/root/absent', '/dev/shm/absent', `${own}/../absent`, '/dev/null/x'])
      expect(await inBusybox(`--device ${other}:/dev/x`, 'true')).toMatch(/--device .* is blocked/);
  });

  it('grants no kernel memory, and a disk in use only by its exact path', async () => {
    const mounts = await readFile('/proc/self/mounts', 'utf8');
    const disk = /^(\/dev\/[a-z0-9]+) /m.exec(mounts)?.[1] ?? loop;
    await allow({ device: `${own}/*` }, { device: `${own}/mem` }, { device: `${disk.slice(0, -1)}*` });
    expect(await inBusybox(`--device ${own}/mem`, 'true')).toMatch(/memory of the kernel.*no setting/);
    expect(await sh(`docker create --device ${disk} busybox`)).toMatch(
      /only an entry with exactly this path/,
    );
    await allow({ device: disk });
    expect(await sh(`docker create --device ${disk} busybox`)).toMatch(/^[0-9a-f]{64}\n$/);
  });
});

describe('A5: CDI devices', () => {
  const kind = `bulkhead.test/disk-${process.pid}`;
  const describeDevices = (ofKind: string, hostPath: string, ...names: string[]) =>
    writeFile(
      specification,
      JSON.stringify({
        cdiVersion: '0.5.0',
        kind: ofKind,
        devices: names.map((name) => ({
          name,
          containerEdits: { deviceNodes: [{ path: '/dev/cdi-disk', hostPath }], env: [`CDI_NAME=${name}`] },
        })),
        containerEdits: {
          mounts: [{ hostPath: '/etc/group', containerPath: '/machine-group', options: ['ro', 'bind'] }],
        },
      }),
      { mode: 0o644 },
    );
  const read = 'head -c 7 /dev/cdi-disk; echo " $CDI_NAME"; head -c 5 /machine-group; ls /dev/kmsg';

  it('are refused unless listed, and then have what their specification adds', async () => {
    await describeDevices(kind, loop, 'one', 'two');
    expect(await inBusybox(`--device ${kind}=one`, 'true')).toMatch(/is blocked: devices of the engine/);
    await allow({ device: `${kind}=o*` });
    expect(await inBusybox(`--device ${kind}=two`, 'true')).toMatch(/is blocked: devices of the engine/);
    expect(await inBusybox(`--device ${kind}=one`, read)).toMatch(/^content one\nroot:.*No such file/);
    await sh(`docker run -d --name cdi --device ${kind}=one busybox sleep 1000`);
    expect(await sh('docker restart -t 0 cdi && docker exec cdi head -c 7 /dev/cdi-disk')).toBe(
      'cdi\ncontent',
    );
    await sh('docker rm -f cdi');
  });

  it('are refused where others than root can change the specification, or for other users', async () => {
    await describeDevices(kind, loop, 'one');
    await chmod(specification, 0o664);
    await allow({ device: `${kind}=*` });
    expect(await inBusybox(`--device ${kind}=one`, 'true')).toMatch(
      /users other than root can change \/etc\/cdi/,
    );
    await chmod(specification, 0o644);
    await allow({ device: `${kind}=*`, users: ['21234'] });
    expect(await inBusybox(`--device ${kind}=one`, 'true')).toMatch(/is for other users/);
  });

  it("do not include those that a specification adds after the gateway's check", async () => {
    await allow({ device: `${kind}=*` });
    await describeDevices(kind, loop, 'one');
    await sh(`docker create --name later --device ${kind}=one busybox head -c 7 /dev/cdi-disk`);
    expect(await sh('docker start -a later')).toBe('content');
    await describeDevices(kind, '/dev/kmsg', 'one');
    await expect(guarded.engine.docker('start', '-a', 'later')).rejects.toThrow(
      /c 1:11\) is not one a protected/,
    );
    await sh('docker rm later');
  });

  it('stand for --gpus, by name and by number', async () => {
    await describeDevices('nvidia.com/gpu', loop, 'all', '0', '1');
    expect(await inBusybox('--gpus all', 'true')).toMatch(/--gpus all \(nvidia.com\/gpu=all\) is blocked/);
    await allow({ device: 'nvidia.com/gpu=*' });
    expect(await inBusybox('--gpus all', read)).toMatch(/^content all\n/);
    expect(await inBusybox('--gpus device=1', read)).toMatch(/^content 1\n/);
    await allow({ device: 'nvidia.com/gpu=0' });
    expect(await inBusybox('--gpus 1', read)).toMatch(/^content 0\n/);
    expect(await inBusybox('--gpus 2', read)).toMatch(/--gpus 2 \(nvidia.com\/gpu=1\) is blocked/);
  });
});
