import { execFile } from 'node:child_process';
import {
  chmod,
  chown,
  mkdir,
  readFile,
  readdir,
  rm,
  rmdir,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGatewayProcess, type GatewayProcess } from '../../tests/support/gateway-process.ts';
import { eciOn, startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';
import { firstSubordinateId } from '../../shared/isolation/listed-ranges.ts';
import { firstBase } from '../../planner/ranges/id-ranges.ts';

const run = promisify(execFile);
const alice = 21_234,
  bob = 21_001;
let guarded: GuardedEngine;
/** The gateway after the first one. */
let again: GatewayProcess | null = null;
const at = (...parts: string[]) => path.join(guarded.scratch, ...parts);

/**
 * `docker …` of user `uid`, without any of root's rights. Resolves with what it printed, both streams,
 * whether it failed or not.
 */
async function as(uid: number, ...args: string[]): Promise<string> {
  const setprivArgs = [
    '--reuid',
    String(uid),
    '--regid',
    String(uid),
    '--clear-groups',
    '--',
    'docker',
    '-H',
    `unix://${guarded.socket}`,
    ...args,
  ];
  const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: at('home') };
  return run('setpriv', setprivArgs, { env }).then(
    ({ stdout }) => stdout,
    (error: unknown) => (error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error)),
  );
}
/** Owner and mode on disk. */
const onDisk = async (file: string) => {
  const { uid, gid, mode } = await stat(file);
  return { uid, gid, special: mode & 0o7000 };
};
const isSubordinate = (id: number) => id >= firstSubordinateId && id < firstBase;
/** A directory of `uid`'s, empty. */
async function share(name: string, uid: number, mode = 0o755): Promise<string> {
  const directory = at(name);
  await mkdir(directory);
  await chown(directory, uid, uid);
  await chmod(directory, mode);
  return directory;
}
async function file(name: string, uid: number, mode: number, content = 'secret\n'): Promise<void> {
  await writeFile(at(name), content);
  await chown(at(name), uid, uid);
  await chmod(at(name), mode);
}

beforeAll(async () => {
  guarded = await startGuardedEngine({ sharingRecords: 'required' });
  await chmod(guarded.scratch, 0o755);
  await chmod(guarded.socket, 0o666);
  await mkdir(at('home'), { mode: 0o755 });
});
afterAll(async () => {
  await again?.stop();
  await guarded.stop();
});

describe('A8: what a user shares', () => {
  it('has their files in the container and on disk, setuid or not; other ids are subordinate', async () => {
    const directory = await share('own', alice);
    await file('own/mine', alice, 0o600, 'mine\n');
    await file('own/other', 5, 0o644, 'readable\n');
    const output = await as(
      alice,
      'run',
      '--rm',
      '--privileged',
      '-v',
      `${directory}:/s`,
      'busybox',
      'sh',
      '-c',
      `
cd /s; stat -c %u:%g . mine other; cat mine other
touch root; mkdir dir; echo x >> mine
cp /bin/busybox suid; chmod 4755 suid; cp /bin/busybox user; chown 1001 user; chmod 4755 user
cp /bin/busybox disk; chown 0:6 disk; chmod 2755 disk; cp /bin/busybox both; chown ${bob}:42 both
chmod 6755 both
stat -c %u:%g user both; ln -s /etc/passwd link; mkfifo fifo; mknod node b 8 0 2>/dev/null || echo no node
mknod null c 1 3 2>/dev/null || echo no null`,
    );
    expect(output).toBe(`0:0\n0:0\n65534:65534\nmine\nreadable\n1001:0\n${bob}:42\nno node\nno null\n`);
    for (const name of ['root', 'dir', 'suid', 'mine', 'fifo'])
      expect(await onDisk(path.join(directory, name)), name).toMatchObject({ uid: alice, gid: alice });
    expect(await onDisk(path.join(directory, 'suid'))).toEqual({ uid: alice, gid: alice, special: 0o4000 });
    const [user, disk, both] = await Promise.all(
      ['user', 'disk', 'both'].map((name) => onDisk(path.join(directory, name))),
    );
    expect(
      isSubordinate(user?.uid ?? 0) && user?.gid === alice && disk?.uid === alice && isSubordinate(disk.gid),
    ).toBe(true);
    // Id 1 is the first subordinate one.
    expect([
      (both?.uid ?? 0) - (user?.uid ?? 0),
      (both?.gid ?? 0) - (disk?.gid ?? 0),
      (disk?.gid ?? 0) % 65_536,
    ]).toEqual([bob - 1001, 42 - 6, (firstSubordinateId % 65_536) + 5]);
    // Another container of theirs sees the same.
    expect(
      await as(
        alice,
        'run',
        '--rm',
        '-v',
        `${directory}:/s`,
        'busybox',
        'stat',
        '-c',
        '%u:%g',
        '/s/user',
        '/s/both',
        '/s/suid',
      ),
    ).toBe(`1001:0\n${bob}:42\n0:0\n`);
  });

  it("does not let them read, change, own, link or replace other accounts' files", async () => {
    await share('common', 0, 0o1777);
    await file('common/root', 0, 0o600);
    await file('common/bob', bob, 0o600);
    await file('common/tool', 0, 0o755, '#!/bin/sh\n');
    await share('common/private', bob, 0o700);
    await file('common/private/key', bob, 0o644);
    const output = await as(
      alice,
      'run',
      '--rm',
      '--privileged',
      '-v',
      `${at('common')}:/s`,
      'busybox',
      'sh',
      '-c',
      `
cd /s; for f in root bob tool private; do
  for try in "cat $f/key" "cat $f > /dev/null && test $f != tool" "sh -c 'echo x >> $f'" "chmod 4777 $f" \\
    "chown 0 $f" "ln $f hard-$f" "mv $f moved" "rm -rf $f" "touch -d 2001-01-01 $f" "sh -c ': > $f'"; do
    eval "$try" 2>/dev/null && echo "DID $try"
  done
done; echo root > mine; mv mine root 2>/dev/null && echo REPLACED; for u in ${bob} 1 65534
do echo u$u:x:$u:$u::/:/bin/sh >> /etc/passwd
  su u$u -c 'id -u; cat /s/bob 2>/dev/null && echo AS'; done; echo end`,
    );
    expect(output).toBe(`${bob}\n1\n65534\nend\n`);
    expect(await readFile(at('common/bob'), 'utf8')).toBe('secret\n');
    // What everybody may do there, they may.
    expect(await onDisk(at('common/mine'))).toMatchObject({ uid: alice, gid: alice });
    expect((await readdir(at('common'))).sort()).toEqual(['bob', 'mine', 'private', 'root', 'tool']);
    // The engine would open it as root.
    expect(
      await as(alice, 'run', '--rm', '-v', `${at('common/private/key')}:/k`, 'busybox', 'cat', '/k'),
    ).toMatch(
      new RegExp(
        `enhanced container isolation: .*key cannot be shared by user ${alice}, who has no access to ` +
          '.*private',
      ),
    );
    expect(await as(bob, 'run', '--rm', '-v', `${at('common/private/key')}:/k`, 'busybox', 'cat', '/k')).toBe(
      'secret\n',
    );
  });

  // Docker Desktop 4.85: EOVERFLOW. The kernel's answer where an owner has no line in the map of the mount.
  it('can be removed and renamed where the user may, whoever it belongs to on disk', async () => {
    for (const [name, ...user] of [['as-root'], ['as-alice', '-u', `${alice}:${alice}`]] as const) {
      const directory = await share(name, alice);
      await file(`${name}/root`, 0, 0o600);
      await file(`${name}/bob`, bob, 0o644);
      await file(`${name}/other`, 4_000_000_000, 0o644);
      await share(`${name}/empty`, 0);
      const inside = (script: string, ...more: string[]) =>
        as(alice, 'run', '--rm', '-v', `${directory}:/s`, ...more, 'busybox', 'sh', '-c', `cd /s; ${script}`);
      expect(
        await inside('mkdir made made/d; touch made/r made/u; chown 1001:1001 made/u made/d; ls made'),
      ).toBe('d\nr\nu\n');
      expect(
        await inside('mv root moved && rm -f moved bob other && rmdir empty && rm -r made; ls -A', ...user),
      ).toBe('');
      await rmdir(directory);
    }
  });

  it('works with their own id (docker run -u $(id -u):$(id -g)); root is subordinate then', async () => {
    const directory = await share('same', alice, 0o700);
    const output = await as(
      alice,
      'run',
      '-d',
      '--name',
      'same',
      '-u',
      `${alice}:${alice}`,
      '-v',
      `${directory}:/s`,
      'busybox',
      'sh',
      '-c',
      'id -u; stat -c %u:%g /s; echo x > /s/mine; sleep 1000',
    );
    expect(output).toMatch(/^[0-9a-f]{64}\n$/);
    await expect.poll(() => as(alice, 'logs', 'same')).toBe(`${alice}\n${alice}:${alice}\n`);
    await as(alice, 'exec', '-u', '0', 'same', 'touch', '/s/root');
    expect(await onDisk(path.join(directory, 'mine'))).toMatchObject({ uid: alice, gid: alice });
    const root = await onDisk(path.join(directory, 'root'));
    expect([isSubordinate(root.uid), isSubordinate(root.gid)]).toEqual([true, true]);
    await as(alice, 'rm', '-f', 'same');
  });

  it("leaves named volumes as they are: one owner's ids in the containers of all users", async () => {
    await as(
      alice,
      'run',
      '--rm',
      '-v',
      'vol:/v',
      'busybox',
      'sh',
      '-c',
      'echo one > /v/f; chown 7:8 /v/f; touch /v/g',
    );
    expect(
      await as(bob, 'run', '--rm', '-v', 'vol:/v', 'busybox', 'stat', '-c', '%u:%g', '/v/f', '/v/g'),
    ).toBe('7:8\n0:0\n');
    await as(alice, 'volume', 'rm', 'vol');
  });

  it('root shares as root, as with a stock engine', async () => {
    const directory = await share('roots', 0);
    await file('roots/given', alice, 0o600, 'x\n');
    expect(
      await as(
        0,
        'run',
        '--rm',
        '-v',
        `${directory}:/s`,
        'busybox',
        'sh',
        '-c',
        'stat -c %u:%g /s /s/given; cat /s/given; touch /s/root',
      ),
    ).toBe(`0:0\n${alice}:${alice}\nx\n`);
    expect(await onDisk(path.join(directory, 'root'))).toMatchObject({ uid: 0, gid: 0 });
  });
});

describe('A8: a container that runs with the uid of its sharing user', () => {
  const user = `${alice}:${alice}`;
  /** Runs a container of theirs with `directory` at /s until it is removed. */
  const hold = (name: string, directory: string, ...options: string[]) =>
    as(alice, 'run', '-d', '--name', name, '-v', `${directory}:/s`, ...options, 'busybox', 'sleep', '1000');

  it('gets that uid in a variable: what it gives to that uid, or writes as it, is theirs', async () => {
    const directory = await share('variable', alice, 0o700);
    await file('variable/mine', alice, 0o600, 'mine\n');
    // Like the entrypoints that images use with gosu or su-exec.
    const entrypoint = `
cd /s; cat mine; mkdir given; echo x > given/file; cp /bin/busybox root; chmod 4755 root
chown -R $LOCAL_UID:$LOCAL_UID given; stat -c %u:%g . root
echo user:x:$LOCAL_UID:$LOCAL_UID::/s:/bin/sh >> /etc/passwd
exec su user -c 'cd /s; id -u; echo more >> mine; echo x > written; cat mine'`;
    expect(
      await as(
        alice,
        ...['run', '--rm', '-e', `LOCAL_UID=${alice}`, '-v', `${directory}:/s`],
        ...['busybox', 'sh', '-c', entrypoint],
      ),
    ).toBe(`mine\n${user}\n0:0\n${alice}\nmine\nmore\n`);
    for (const name of ['given', 'given/file', 'written'])
      expect(await onDisk(path.join(directory, name)), name).toMatchObject({ uid: alice, gid: alice });
    const root = await onDisk(path.join(directory, 'root'));
    expect([isSubordinate(root.uid), isSubordinate(root.gid)]).toEqual([true, true]);
    await run('setpriv', [
      '--reuid',
      String(alice),
      '--clear-groups',
      '--',
      'rm',
      '-r',
      at('variable/given'),
    ]);
  });

  it('says so by a label, or is a dev container: docker exec -u $(id -u), also after restarts', async () => {
    const directory = await share('labelled', alice, 0o700);
    const folder = 'devcontainer.local_folder=/home/alice/project';
    const metadata = (remoteUser: string) =>
      `devcontainer.metadata=[{"id":"x"},{"remoteUser":"${remoteUser}"}]`;
    await hold('labelled', directory, '--label', 'io.bulkhead.sharing-user=own');
    await hold('dev', directory, '--label', folder, '--label', metadata('vscode'));
    await hold('dev-root', directory, '--label', folder, '--label', metadata('root'));
    const write = (name: string, to: string, number = alice) =>
      as(alice, 'exec', '-u', `${number}:${number}`, name, 'sh', '-c', `stat -c %u:%g /s; echo x > /s/${to}`);
    expect(await write('dev', 'dev')).toBe(`${user}\n`);
    expect(await write('dev-root', 'dev-root', 0)).toBe('0:0\n');
    expect(await write('labelled', 'labelled')).toBe(`${user}\n`);
    await as(alice, 'restart', '-t', '0', 'labelled');
    expect(await write('labelled', 'again')).toBe(`${user}\n`);
    // Its root reaches what is theirs, and leaves nothing of root's.
    const byRoot = 'cat /s/again && cp /bin/busybox /s/r && chmod 4755 /s/r';
    expect(await as(alice, 'exec', 'labelled', 'sh', '-c', byRoot)).toBe('x\n');
    const root = await onDisk(path.join(directory, 'r'));
    expect([isSubordinate(root.uid), isSubordinate(root.gid)]).toEqual([true, true]);
    for (const name of ['labelled', 'again', 'dev', 'dev-root'])
      expect(await onDisk(path.join(directory, name)), name).toMatchObject({ uid: alice, gid: alice });
    await as(alice, 'rm', '-f', 'labelled', 'dev', 'dev-root');
  });

  it('has another number by the label of its image, which a label overrides; no other value', async () => {
    const directory = await share('image', alice, 0o700);
    await guarded.engine.docker('create', '--name', 'plain', 'busybox');
    const changes = ['USER 1000:100', 'LABEL io.bulkhead.sharing-user=1000:100'];
    await guarded.engine.docker('commit', ...changes.flatMap((one) => ['--change', one]), 'plain', 'user');
    await guarded.engine.docker('rm', 'plain');
    const inUser = (...options: string[]) =>
      as(
        alice,
        ...['run', '--rm', '-v', `${directory}:/s`, ...options],
        ...['user', 'sh', '-c', 'stat -c %u:%g /s; echo x > /s/mine'],
      );
    expect(await inUser()).toBe('1000:100\n');
    expect(await onDisk(path.join(directory, 'mine'))).toMatchObject({ uid: alice, gid: alice });
    expect(await inUser('--label', 'io.bulkhead.sharing-user=root')).toContain('/s/mine: Permission denied');
    expect(await inUser('--label', 'io.bulkhead.sharing-user=alice')).toMatch(
      /container .* with the label io\.bulkhead\.sharing-user=alice is blocked: .*"own" .*\bA8\)/,
    );
    await as(alice, 'rmi', 'user');
  });
});

describe('A8: a directory that is not there', () => {
  it("is created as the sharing user, with that user's permissions", async () => {
    const directory = await share('parent', alice);
    expect(
      await as(
        alice,
        'run',
        '--rm',
        '-v',
        `${directory}/new/deep:/s`,
        'busybox',
        'sh',
        '-c',
        'stat -c %u:%g:%a /s; touch /s/x',
      ),
    ).toBe('0:0:755\n');
    for (const name of ['new', 'new/deep', 'new/deep/x'])
      expect(await onDisk(path.join(directory, name)), name).toMatchObject({ uid: alice, gid: alice });
  });

  it('is not created elsewhere, by any route, and the refusal has the reason', async () => {
    await symlink(guarded.scratch, at('parent', 'link'));
    for (const source of [at('nowhere'), at('private-of-root', 'x')]) {
      expect(await as(alice, 'run', '--rm', '-v', `${source}:/s`, 'busybox', 'true')).toMatch(
        new RegExp(
          `enhanced container isolation: bind mount of ${source} is blocked: .*user ${alice} cannot ` +
            'make it: mkdir: .*Permission denied.*; A8\\)',
        ),
      );
    }
    await as(alice, 'create', '--name', 'later', '-v', `${at('parent')}/gone:/s`, 'busybox', 'true');
    await rmdir(at('parent', 'gone'));
    await symlink(at('nowhere'), at('parent', 'gone')); // as the user could do, too
    expect(await as(alice, 'start', 'later')).toContain('enhanced container isolation');
    await as(alice, 'rm', 'later');
    expect(await readdir(guarded.scratch)).not.toContain('nowhere');
    expect(
      await as(
        alice,
        'run',
        '--rm',
        '--mount',
        `type=bind,source=${at('parent')}/none,target=/s`,
        'busybox',
        'true',
      ),
    ).toContain('bind source path does not exist');
  });
});

describe('A8: docker cp, which the engine does as root', () => {
  it('copies into it are for root only; out of it, what the sharing user may read', async () => {
    const directory = await share('copies', alice);
    await file('copies/secret', bob, 0o600, 'of Bob\n');
    await file('suid', 0, 0o4755);
    await run('tar', [
      '-cPf',
      at('out.tar'),
      '-C',
      guarded.scratch,
      '--transform',
      's,^suid$,/../s/suid,',
      'suid',
    ]);
    await chmod(at('out.tar'), 0o644);
    const request = (more: readonly string[], what: string) =>
      run('setpriv', [
        '--reuid',
        String(alice),
        '--regid',
        String(alice),
        '--clear-groups',
        '--',
        'curl',
        '-s',
        '--path-as-is',
        '--unix-socket',
        guarded.socket,
        ...more,
        `http://d/v1.45/containers/${what}`,
      ]).then(
        ({ stdout }) => stdout,
        (error: unknown) =>
          error instanceof Error && 'stdout' in error ? String(error.stdout) : String(error),
      );
    const create = (name: string, ...more: string[]) =>
      as(alice, 'create', '--name', name, ...more, 'busybox', 'sleep', '1000');
    await create('bound', '-v', `${directory}:/s`);
    await create('unbound');
    const tries = async () => {
      // The response has begun by the time the file is seen: it is cut off before the content.
      expect(await as(alice, 'cp', 'bound:/s/secret', '-')).toMatch(/^unexpected EOF$/m);
      // Wherever to: the engine follows links, which may change under its hands.
      for (const to of ['/s/suid', '/tmp/suid'])
        expect(await as(alice, 'cp', '-a', at('suid'), `bound:${to}`)).toMatch(
          /enhanced container isolation: docker cp into container bound, .*\bA8\)/,
        );
      // A name that leads out of the destination, as far as words go: the engine takes it for one in it.
      await request(
        ['-X', 'PUT', '-H', 'Content-Type: application/x-tar', '--data-binary', `@${at('out.tar')}`],
        'bound/archive?path=/',
      );
      // Another spelling of the root.
      for (const path of ['/tmp/..', '/.', '/', '/tmp/../s', '/x/..//s/.'])
        expect(await request([], `bound/archive?path=${path}`), path).not.toContain('of Bob');
      expect(await as(alice, 'cp', '-a', at('suid'), 'unbound:/tmp/suid')).not.toContain('isolation');
      expect(await as(0, 'cp', '-a', at('suid'), 'bound:/tmp/suid')).not.toContain('isolation');
      expect(await as(alice, 'cp', 'bound:/tmp/suid', '-')).toContain('suid');
      expect(await readdir(directory)).toEqual(['secret']);
    };
    await tries();
    await as(alice, 'start', 'bound', 'unbound');
    await tries();
    await as(alice, 'rm', '-f', 'bound', 'unbound');
  });
});

describe('A9: a read-only share', () => {
  it('stays read-only with all capabilities: remount, new mount namespace, bind, below mounts', async () => {
    const directory = await share('fixed', alice, 0o777);
    await mkdir(at('fixed', 'sub'), { mode: 0o777 });
    await file('fixed/sub/hidden', alice, 0o666);
    await run('mount', ['-t', 'tmpfs', '-o', 'mode=777', 'none', at('fixed', 'sub')]);
    const script = `
t() { "$@" 2>/dev/null && echo "DID $*"; }
w() { for d in "$@"; do touch $d/written 2>/dev/null && echo "WROTE $d"; done; }
mkdir /a /b /c
t mount -o remount,rw,bind /s; t mount -o remount,rw /s; t mount -o remount,rw,bind /s/sub
t mount -o remount,rw /s/sub
t umount /s/sub; t umount -l /s/sub; w /s /s/sub
mount --bind /s /a 2>/dev/null && { t mount -o remount,rw,bind /a; w /a; }; mount --rbind /s /b &&
{ t mount -o remount,rw,bind /b; t umount /b/sub; w /b /b/sub; }
mount --move /b /c && { t mount -o remount,rw,bind /c; t umount -l /c/sub; w /c; }
unshare -m sh -c 'mount -o remount,rw,bind /s; mount --make-rprivate /; mount -o remount,rw,bind /s
  umount -l /s/sub; touch /s/written /s/sub/written' 2>/dev/null
unshare -Um sh -c 'mount -o remount,rw,bind /s; touch /s/written' 2>/dev/null
mount -t overlay -o lowerdir=/s,upperdir=/s,workdir=/s none /c 2>/dev/null && w /c
ls /s/sub/hidden 2>/dev/null; echo end`;
    const bound = (mount: string) =>
      as(
        alice,
        'run',
        '--rm',
        '--privileged',
        '--mount',
        `type=bind,source=${directory},target=/s,${mount}`,
        'busybox',
        'sh',
        '-c',
        script,
      );
    try {
      expect(await bound('readonly')).toBe('end\n');
      // Only the top, when requested so: what is mounted below is as it was.
      expect(await bound('readonly,bind-recursive=writable')).toBe(
        'DID mount -o remount,rw,bind /s/sub\nWROTE /s/sub\nWROTE /b/sub\nend\n',
      );
      // Without what is mounted below, the directory under it is seen, as with a stock engine.
      expect(await bound('readonly,bind-recursive=disabled')).toBe('/s/sub/hidden\nend\n');
      expect(await readdir(directory)).toEqual(['sub']);
    } finally {
      await run('umount', [at('fixed', 'sub')]);
    }
    expect(await readdir(at('fixed', 'sub'))).toEqual(['hidden']);
  });
});

describe('the record', () => {
  const records = () => readdir(guarded.engine.paths.sharing);

  it('exists once the client has the id, serves direct starts, is removed with the container', async () => {
    const directory = await share('kept', alice);
    const id = (
      await as(
        alice,
        'create',
        '--name',
        'kept',
        '--restart',
        'always',
        '-v',
        `${directory}:/s`,
        'busybox',
        'sh',
        '-c',
        'echo x >> /s/lives; sleep 1000',
      )
    ).trim();
    expect(await records()).toEqual([`${id}.json`]);
    await as(bob, 'start', 'kept'); // whoever starts it: it is Alice's
    await guarded.gateway.stop();
    await guarded.engine.restartDockerd('SIGTERM');
    await expect
      .poll(() => readFile(path.join(directory, 'lives'), 'utf8').catch(() => ''), { timeout: 60_000 })
      .toBe('x\nx\n');
    expect(await onDisk(path.join(directory, 'lives'))).toMatchObject({ uid: alice, gid: alice });
    await guarded.engine.docker('rm', '-f', 'kept');
    expect(await records()).toEqual([`${id}.json`]);
    const { engine, scratch } = guarded;
    again = await startGatewayProcess({
      engineSocket: engine.socket,
      directory: at('gateway'),
      engineDirectory: engine.root,
      settings: eciOn(scratch),
      stateDirectory: engine.paths.root,
    });
    await chmod(guarded.socket, 0o666);
    await expect.poll(records).toEqual([]);
  });

  it('missing (the gateway ended before writing it) means nothing is shared, with a remedy', async () => {
    const directory = await share('unknown', alice);
    await guarded.engine.docker(
      'create',
      '--name',
      'unknown',
      '--runtime',
      'bulkhead',
      '-v',
      `${directory}:/s`,
      'busybox',
      'touch',
      '/s/x',
    );
    expect(await as(0, 'start', 'unknown')).toMatch(
      /container isolation: .*its creator is unknown, so the owner of its ids is, too: recreate it.*A3/,
    );
    const shares =
      /isolation: it is not known who shares .*unknown with this container \(there is no .*\): recreate .*A8/;
    await expect(guarded.engine.docker('start', 'unknown')).rejects.toThrow(shares);
    expect(await readdir(directory)).toEqual([]);
    await as(0, 'rm', 'unknown');
    await rm(directory, { recursive: true });
  });
});
