import { execFile } from 'node:child_process';
import { chmod, chown, link, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIsolatedEngine, type IsolatedEngine } from '../tests/support/isolated-engine.ts';
import { isBase } from './ranges/id-ranges.ts';

const run = promisify(execFile);
let engine: IsolatedEngine;
beforeAll(async () => {
  engine = await startIsolatedEngine();
});
afterAll(async () => {
  await engine.stop();
});

const sh = (...args: string[]) => {
  const script = args.pop() ?? '';
  return engine.docker('run', '--rm', ...args, 'busybox', 'sh', '-c', script);
};
/** stderr of a `docker run` that must fail. */
const refusal = async (...args: string[]): Promise<string> => {
  try {
    await engine.docker('run', '--rm', ...args, 'busybox', 'true');
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error(`docker run ${args.join(' ')} was not refused`);
};
const baseOf = (map: string) => {
  const [inside, base, size] = map.trim().split(/\s+/).map(Number);
  expect([inside, size, map.trim().split('\n').length]).toEqual([0, 65536, 1]);
  return base ?? 0;
};

describe('ranges', () => {
  it('A2 root in a container is not root in the engine, in uid_map and gid_map', async () => {
    expect(isBase(baseOf(await sh('cat /proc/self/uid_map')))).toBe(true);
    expect(isBase(baseOf(await sh('cat /proc/self/gid_map')))).toBe(true);
    expect(isBase(baseOf(await sh('--user', '1000:1000', 'cat /proc/self/uid_map')))).toBe(true);
  });

  it('A3 four containers have four ranges, a fifth after a planner restart another one', async () => {
    const map = (name: string) => engine.docker('exec', name, 'cat', '/proc/self/uid_map').then(baseOf);
    const names = ['c1', 'c2', 'c3', 'c4'];
    for (const name of names) await engine.docker('run', '-d', '--name', name, 'busybox', 'sleep', '1000');
    await engine.planner().end('SIGTERM');
    await engine.startPlanner();
    await engine.docker('run', '-d', '--name', 'c5', 'busybox', 'sleep', '1000');
    const bases = await Promise.all([...names, 'c5'].map(map));
    expect(new Set(bases).size).toBe(5);
    expect((await engine.ranges()).sort()).toEqual([...bases].sort());
    await engine.docker('rm', '-f', ...names, 'c5');
    // The runtime does not wait for the release of a range.
    await expect.poll(() => engine.ranges()).toEqual([]);
    await expect.poll(() => engine.states()).toEqual([]);
    expect(await engine.leftoverMounts()).toEqual([]);
  });

  it('keeps its range through exec and pause, and takes a free one at the next start', async () => {
    await engine.docker('run', '-d', '--name', 'again', 'busybox', 'sleep', '1000');
    const first = baseOf(await engine.docker('exec', 'again', 'cat', '/proc/self/uid_map'));
    await engine.docker('pause', 'again');
    await engine.docker('unpause', 'again');
    await engine.docker('exec', 'again', 'sh', '-c', 'echo kept > /kept');
    await engine.docker('restart', '-t', '0', 'again');
    const second = baseOf(await engine.docker('exec', 'again', 'cat', '/proc/self/uid_map'));
    // No gateway guards this engine: every caller is root.
    const recorded = await Promise.all(
      [first, second].map((base) =>
        readFile(path.join(engine.own.rangeOwners.directory, String(base)), 'utf8'),
      ),
    );
    expect(recorded.map((text) => JSON.parse(text) as unknown)).toEqual(
      [first, second].map((base) => ({ version: 1, base, owner: 0 })),
    );
    expect(await engine.docker('exec', 'again', 'sh', '-c', 'cat /kept; stat -c %u:%g /kept')).toBe(
      'kept\n0:0\n',
    );
    await engine.docker('rm', '-f', 'again');
  });
});

/** The devices among those that this machine has. */
const present = async (...names: string[]) =>
  (
    await Promise.all(
      names.map((name) =>
        stat(name).then(
          () => [name],
          () => [],
        ),
      ),
    )
  ).flat();

describe('--privileged', () => {
  const privileged = (script: string) => sh('--privileged', script);

  it('A4: may mount tmpfs, proc, sysfs, overlay and binds, create interfaces and cgroups', async () => {
    const script = `set -e; mkdir -p /m/t /m/p /m/s /m/o /m/b
mount -t tmpfs none /m/t; mount -t proc none /m/p; mount -t sysfs none /m/s; mount --bind /etc /m/b
mkdir /m/t/l /m/t/u /m/t/w; echo low > /m/t/l/f
mount -t overlay -o lowerdir=/m/t/l,upperdir=/m/t/u,workdir=/m/t/w none /m/o; cat /m/o/f
ip link add br9 type bridge; ip link show br9 > /dev/null; hostname changed; hostname
d=$(grep -E ':(pids|):' /proc/self/cgroup | head -1)
[ -d /sys/fs/cgroup/pids ] && c=/sys/fs/cgroup/pids || c=/sys/fs/cgroup
mkdir $c/sub; echo $$ > $c/sub/cgroup.procs; echo all`;
    expect(await privileged(script)).toBe('low\nchanged\nall\n');
  });

  it.each([
    ['kernel.core_pattern', 'echo x > /proc/sys/kernel/core_pattern'],
    ['vm.swappiness', 'echo 1 > /proc/sys/vm/swappiness'],
    ['sysrq', 'echo h > /proc/sysrq-trigger'],
    ['a device node', 'mknod /tmp/disk b 254 0'],
    ['a character device node', 'mknod /tmp/mem c 1 1'],
    ['the clock', 'date -s 2001-01-01 >/dev/null; ! grep -q permitted /tmp/err'],
    ['a kernel module', 'touch /m.ko; insmod /m.ko'],
    ['a file system on a device', 'mount -t ext4 /dev/vda /tmp'],
    [
      "another cgroup's release agent",
      'mkdir /m && mount -t cgroup -o memory none /m && echo /x > /m/release_agent',
    ],
    ['its own device rules', 'echo a > /sys/fs/cgroup/devices/devices.allow'],
    ["host processes' limits", 'echo 1 > /proc/sys/fs/file-max'],
    ['the kernel log', 'dmesg -c > /dev/null'],
  ])('A5 cannot touch %s', async (_, command) => {
    expect(await privileged(`(${command}) 2>/tmp/err && echo DID || echo refused`)).toBe('refused\n');
  });

  it('A5: has no host device except what acts in its own namespaces, and no kernel log', async () => {
    const devices = (await privileged('find /dev -type b; find /dev -type c | sort')).trim().split('\n');
    expect(devices).toEqual([
      '/dev/full',
      ...(await present('/dev/fuse', '/dev/kmsg', '/dev/net/tun')),
      '/dev/null',
      '/dev/pts/ptmx',
      '/dev/random',
      '/dev/tty',
      '/dev/urandom',
      '/dev/zero',
    ]);
    expect(
      await privileged(
        'if [ -e /dev/kmsg ]; then cat /dev/kmsg && echo x > /dev/kmsg; fi; ' +
          'for d in /dev/fuse /dev/net/tun; do [ ! -e $d ] || { stat -c %u:%g $d && : < $d; }; done && ' +
          'echo open',
      ),
    ).toMatch(/^(?:0:0\n)*open\n$/);
  });

  it.each([
    ['--privileged', '--privileged'],
    ['CAP_SYS_ADMIN', '--cap-add=SYS_ADMIN'],
    ['the usual capabilities', '--cap-drop=CHOWN'],
  ])('A1: /dev is writable with %s, as on a stock engine; A5: no device is made there', async (_, option) => {
    const script = [
      `awk '$2 == "/dev" { flags = $3 " " $4 } END { print flags }' /proc/mounts`,
      'touch /dev/x && echo made',
      'cp /bin/busybox /dev/busybox && /dev/busybox true && echo runs',
      'mknod /dev/disk b 254 0 2>/dev/null || echo refused',
    ].join('\n');
    const [flags = '', ...others] = (await sh(option, script)).trim().split('\n');
    expect(flags).toMatch(/^tmpfs rw,nosuid,/);
    expect(flags).not.toMatch(/nodev|noexec/);
    expect(others).toEqual(['made', 'runs', 'refused']);
  });

  it("A1 --device gives devices of namespaces to the container's root, also by another name", async () => {
    const [fuse] = await present('/dev/fuse');
    if (fuse === undefined) return;
    expect(
      await sh(
        '--device',
        fuse,
        '--device',
        `${fuse}:/dev/other`,
        '--device',
        '/dev/null:/dev/nil',
        'stat -c "%u:%g %t:%T" /dev/fuse /dev/other /dev/nil; { : <> /dev/fuse; } && : < /dev/other && ' +
          'echo x > /dev/nil && echo open; chmod 0 /dev/fuse 2>/dev/null || ' +
          'chown 5 /dev/nil 2>/dev/null || touch /dev/other 2>/dev/null || echo kept',
      ),
    ).toBe('0:0 a:e5\n0:0 a:e5\n0:0 1:3\nopen\nkept\n');
  });
});

describe('namespaces', () => {
  it.each(['--network=host', '--pid=host', '--ipc=host', '--uts=host'])(
    'A7 refuses %s with the reason',
    async (flag) => {
      expect(await refusal(flag)).toContain(
        `bulkhead: enhanced container isolation: a container cannot share the host's`,
      );
      expect(await refusal(flag)).toContain(`(${flag})`);
    },
  );

  it('A7: joins namespaces and range of a protected container, claimed until the last ends', async () => {
    await engine.docker('run', '-d', '--name', 'owner', '--ipc', 'shareable', 'busybox', 'sleep', '1000');
    const base = baseOf(await engine.docker('exec', 'owner', 'cat', '/proc/self/uid_map'));
    for (const flag of ['--network=container:owner', '--pid=container:owner', '--ipc=container:owner'])
      expect(baseOf(await sh(flag, 'cat /proc/self/uid_map'))).toBe(base);
    await engine.docker(
      'run',
      '-d',
      '--name',
      'joiner',
      '--network=container:owner',
      'busybox',
      'sleep',
      '1000',
    );
    await engine.docker('rm', '-f', 'owner');
    await expect.poll(() => engine.ranges()).toEqual([base]);
    await engine.planner().end('SIGKILL');
    await engine.startPlanner();
    expect(await engine.ranges()).toEqual([base]);
    await engine.docker('rm', '-f', 'joiner');
    // The runtime does not wait for the release of a range.
    await expect.poll(() => engine.ranges()).toEqual([]);
  });

  it('A7 refuses to join a container that is not protected', async () => {
    await engine.docker('run', '-d', '--name', 'bare', '--runtime', 'runc', 'busybox', 'sleep', '1000');
    for (const kind of ['network', 'pid'])
      expect(await refusal(`--${kind}=container:bare`)).toContain('that one is not protected');
    await engine.docker('rm', '-f', 'bare');
  });
});

describe('mounts', () => {
  let shared: string;
  beforeAll(async () => {
    shared = await mkdtemp('/tmp/bh-');
    await chmod(shared, 0o755);
  });
  afterAll(async () => {
    await rm(shared, { recursive: true });
  });

  it('gives a bind usable ownership: root writes as root, users as themselves', async () => {
    await writeFile(path.join(shared, 'given'), 'x', { mode: 0o600 });
    await chown(path.join(shared, 'given'), 1000, 1000);
    expect(
      await sh('-v', `${shared}:/s`, 'stat -c %u:%g /s /s/given; echo root > /s/by-root; cat /s/given'),
    ).toBe('0:0\n1000:1000\nx');
    const made = await stat(path.join(shared, 'by-root'));
    expect([made.uid, made.gid]).toEqual([0, 0]);
  });

  it('A8: follows no link that another container put in place of a source before a restart', async () => {
    const outside = await mkdtemp('/tmp/bh-');
    await mkdir(path.join(shared, 'work'));
    await engine.docker(
      'run',
      '-d',
      '--name',
      'victim',
      '--restart=always',
      '-v',
      `${shared}/work:/w`,
      'busybox',
      'sh',
      '-c',
      'echo mine > /w/written; until [ -e /w/end ]; do sleep 0.05; done',
    );
    await sh('-v', `${shared}:/s`, `mv /s/work /s/moved && ln -s ${outside} /s/work && touch /s/moved/end`);
    await expect
      .poll(async () => engine.docker('inspect', '-f', '{{.State.Error}}', 'victim'), { timeout: 60_000 })
      .toContain('leads through a symbolic link');
    await expect(stat(path.join(outside, 'written'))).rejects.toThrow();
    await engine.docker('rm', '-f', 'victim');
    await rm(outside, { recursive: true });
  });

  it('A9 a read-only bind stays read-only, whatever the capabilities', async () => {
    const script =
      'mount -o remount,rw,bind /s 2>/dev/null; mount -o remount,rw /s 2>/dev/null; ' +
      'mount --bind /s /mnt 2>/dev/null; touch /s/written 2>/dev/null && echo WROTE || echo refused';
    expect(await sh('--privileged', '-v', `${shared}:/s:ro`, script)).toBe('refused\n');
    const remount = await sh(
      '--privileged',
      '-v',
      `${shared}:/s:ro`,
      'mount -o remount,rw,bind /s 2>&1 || true',
    );
    expect(remount).toMatch(/denied|not permitted/i);
    await expect(stat(path.join(shared, 'written'))).rejects.toThrow();
  });

  it('A9 a read-only root stays read-only, whatever the capabilities, and has its mount points', async () => {
    const remount =
      'mount -o remount,rw,bind / 2>&1; mount -o remount,rw / 2>/dev/null; mkdir -p /t/m; ' +
      'mount --bind / /t/m 2>/dev/null && mount -o remount,rw,bind /t/m 2>/dev/null; ' +
      'for f in /written /t/m/written; do touch $f 2>/dev/null && echo WROTE; done; echo end';
    const file = path.join(shared, 'file');
    await writeFile(file, 'shared\n');
    const mounts = ['--init', '--tmpfs', '/t', '-v', '/new/volume', '-v', `${file}:/etc/new/file:ro`];
    const start = (name: string, options: readonly string[], script: string) =>
      engine.docker('run', '-d', '--name', name, ...options, ...mounts, 'busybox', 'sh', '-c', script);
    const script = `touch /new/volume/x && cat /etc/new/file; ${remount}; exec sleep 1000`;
    await start('ro', ['--privileged', '--read-only'], script);
    await start('rw', [], 'exec sleep 1000');
    try {
      const refused = /(?:denied|not permitted)(?:(?!WROTE)[^])*\nend\n$/i;
      expect(await engine.docker('exec', '--privileged', 'ro', 'sh', '-c', remount)).toMatch(refused);
      const points = ['/new', '/new/volume', '/etc/new/file'];
      const owners = (name: string) => engine.docker('exec', name, 'stat', '-c', '%u:%g %a', ...points);
      expect(await owners('ro')).toBe(await owners('rw'));
      await expect.poll(() => engine.docker('logs', 'ro')).toMatch(/^shared\n(?:(?!WROTE)[^])*\nend\n$/);
      await engine.docker('stop', '-t', '0', 'ro', 'rw');
      const diff = (name: string) => engine.docker('diff', name);
      expect(await diff('ro')).toContain('A /new/volume\n');
      expect((await diff('ro')).split('\n').sort()).toEqual((await diff('rw')).split('\n').sort());
      await engine.docker('start', 'ro');
      expect(await engine.docker('exec', 'ro', 'sh', '-c', remount)).toMatch(refused);
    } finally {
      await engine.docker('rm', '-fv', 'ro', 'rw');
    }
    expect(await engine.leftoverMounts()).toEqual([]);
  });

  it('propagates mounts of the machine into slave binds only, never mounts of the container', async () => {
    const disk = path.join(shared, 'disk');
    await mkdir(disk);
    await run('mount', ['-t', 'tmpfs', 'disk', disk]);
    await run('mount', ['--make-shared', disk]);
    try {
      await mkdir(path.join(disk, 'later'));
      await mkdir(path.join(disk, 'inside'));
      await engine.docker(
        'run',
        '-d',
        '--privileged',
        '--name',
        'slave',
        '-v',
        `${disk}:/s:rslave`,
        '-v',
        `${disk}:/r:ro,rslave`,
        '-v',
        `${disk}:/p`,
        'busybox',
        'sleep',
        '1000',
      );
      await run('mount', ['-t', 'tmpfs', 'later', path.join(disk, 'later')]);
      await writeFile(path.join(disk, 'later/file'), 'seen');
      expect(
        await engine.docker(
          'exec',
          'slave',
          'sh',
          '-c',
          'cat /s/later/file /r/later/file; ls /p/later; touch /s/mine; stat -c %u /s/mine; ' +
            'touch /r/no 2>/dev/null || echo locked; mount -t tmpfs x /s/inside; touch /s/inside/x',
        ),
      ).toBe('seenseen0\nlocked\n');
      await expect(stat(path.join(disk, 'inside/x'))).rejects.toThrow();
    } finally {
      await engine.docker('rm', '-f', 'slave');
      await run('umount', [path.join(disk, 'later')]).catch(() => undefined);
      await run('umount', [disk]);
    }
  });

  it('binds a single file, also read-only', async () => {
    await writeFile(path.join(shared, 'file'), 'content');
    expect(await sh('-v', `${shared}/file:/f:ro`, 'cat /f; echo x > /f 2>/dev/null || echo refused')).toBe(
      'contentrefused\n',
    );
  });

  it("shares a named volume between ranges: root's files are root's in each and on disk", async () => {
    await sh('-v', 'vol:/v', 'echo one > /v/f; chown 7:8 /v/f; echo two > /v/g');
    expect(await sh('-v', 'vol:/v', 'stat -c %u:%g /v/f /v/g; cat /v/f /v/g')).toBe('7:8\n0:0\none\ntwo\n');
    const volume = (await engine.docker('volume', 'inspect', '-f', '{{.Mountpoint}}', 'vol')).trim();
    expect((await stat(path.join(volume, 'g'))).uid).toBe(0);
    expect((await stat(path.join(volume, 'f'))).uid).toBe(7);
    await engine.docker('volume', 'rm', 'vol');
  });

  it("copies an image's directory into a new volume with its owners", async () => {
    expect(await sh('-v', 'fresh:/etc', 'stat -c %u /etc/passwd; cat /etc/group | head -1')).toBe(
      '0\nroot:x:0:\n',
    );
    await engine.docker('volume', 'rm', 'fresh');
  });

  it("B1: refuses the engine's sockets by path, link, hard link, parent, its other mounts", async () => {
    const socket = engine.paths.plannerSocket;
    const alias = path.join(shared, 'alias');
    const hard = path.join(engine.paths.root, 'hard.sock');
    await symlink(socket, alias);
    await link(socket, hard);
    const bound = path.join(shared, 'bound');
    await mkdir(bound);
    await run('mount', ['--bind', engine.paths.root, bound]);
    try {
      for (const source of [socket, hard])
        expect(await refusal('-v', `${source}:/s`), source).toContain("is a container engine's socket");
      // Alike for every link, wherever it leads.
      expect(await refusal('-v', `${alias}:/s`)).toContain('leads through a symbolic link');
      for (const source of [engine.paths.root, '/', bound, shared])
        expect(await refusal('-v', `${source}:/s`), source).toContain("contains a container engine's socket");
      expect(await refusal('-v', `${engine.own.mounts}:/s`)).toContain('container engine');
      expect(await refusal('-v', `${engine.paths.runtimeDir}:/s`)).toContain(
        'belongs to the container engine',
      );
    } finally {
      await run('umount', [bound]);
    }
  });

  it('works with --init, --read-only, --tmpfs, a user, a health check and limits', async () => {
    expect(
      await sh(
        '--init',
        '--read-only',
        '--tmpfs',
        '/t:uid=5',
        '--user',
        '5',
        '-m',
        '64m',
        '--ulimit',
        'nofile=100:200',
        'touch /t/x && stat -c %u /t; touch /y 2>/dev/null || echo ro; ulimit -n; ' +
          'tr "\\0" " " < /proc/1/cmdline',
      ),
    ).toMatch(/^5\nro\n100\n\/sbin\/docker-init -- sh/);
  });

  it('provides a tty and passes signals and exit codes', async () => {
    await expect(engine.docker('run', '--rm', 'busybox', 'sh', '-c', 'exit 7')).rejects.toMatchObject({
      code: 7,
    });
    await engine.docker(
      'run',
      '-d',
      '-t',
      '--name',
      'sig',
      'busybox',
      'sh',
      '-c',
      'trap "exit 3" TERM; echo up; while :; do sleep 0.05; done',
    );
    await engine.docker('stop', 'sig');
    expect((await engine.docker('wait', 'sig')).trim()).toBe('3');
    await engine.docker('rm', 'sig');
  });
});

it("A6 keeps the engine's own metadata: no file of an image layer changed", async () => {
  const layer = (
    await engine.docker('image', 'inspect', '-f', '{{.GraphDriver.Data.UpperDir}}', 'busybox')
  ).trim();
  const listing = async () =>
    (
      await run('sh', [
        '-c',
        'cd "$1" && find . -printf "%P %U:%G %m %s %l\\n" | sort && sha256sum bin/busybox etc/passwd',
        'sh',
        layer,
      ])
    ).stdout;
  const before = await listing();
  await sh('chown -R 5:5 /etc /bin; echo x >> /etc/passwd; rm /etc/group');
  expect(await listing()).toBe(before);
  expect(before).toContain('bin/busybox 0:0');
  await readFile(path.join(layer, 'etc/group'));
});
