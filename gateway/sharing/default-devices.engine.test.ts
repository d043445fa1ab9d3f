import { chmod, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGuardedEngine, type GuardedEngine } from '../../tests/support/guarded-engine.ts';
import { linkArchive } from '../../tests/support/link-archive.ts';

/** Somebody who may use the socket and is not root. */
const user = 1234;
let guarded: GuardedEngine;
beforeAll(async () => {
  guarded = await startGuardedEngine({ sharingRecords: 'required' });
  await chmod(guarded.socket, 0o666);
  await chmod(guarded.scratch, 0o755);
  await symlink('/dev/null', path.join(guarded.scratch, 'nothing'));
});
afterAll(async () => {
  await guarded?.stop();
});

/** What a script of that user prints, both streams. */
async function sh(script: string): Promise<string> {
  const quoted = script.replaceAll("'", "'\\''");
  const { stdout, stderr } = await guarded.sh(
    `exec setpriv --reuid ${user} --regid ${user} --clear-groups sh -c '${quoted}' 2>&1`,
  );
  return stdout + stderr;
}
const inBusybox = (options: string, script: string) =>
  sh(`docker run --rm ${options} busybox sh -c "${script}"`);

/** Hides a file of the image: it reads as empty, takes what is written, and is the device. */
const hidden = (file: string) =>
  `cat ${file}; echo lost > ${file} && cat ${file}; stat -c '%t:%T %u:%g' ${file}`;

describe('A1: a file of the image is hidden by a device that every container has', () => {
  it.each([
    '-v /dev/null:/etc/hostname.orig',
    '-v /dev/null:/etc/group',
    '-v /dev/null:/etc/group:ro',
    '-v /dev//./null:/etc/group:ro,rprivate',
    '--mount type=bind,src=/dev/null,dst=/etc/group',
    '--mount type=bind,src=/dev/null,dst=/etc/group,readonly',
    '--privileged -v /dev/null:/etc/group',
    '--read-only -v /dev/null:/etc/group',
  ])('%s', async (options) => {
    const file = /(?:dst=|null:)([^:, ]+)/.exec(options)?.[1] ?? '';
    expect(await inBusybox(options, hidden(file))).toBe('1:3 0:0\n');
  });

  it('by a link to it, which is written as what it leads to', async () => {
    expect(await inBusybox(`-v ${guarded.scratch}/nothing:/etc/group`, hidden('/etc/group'))).toBe(
      '1:3 0:0\n',
    );
  });

  it('for any user of the container', async () => {
    expect(await inBusybox('--user 1000:1000 -v /dev/null:/etc/group:ro', hidden('/etc/group'))).toBe(
      '1:3 0:0\n',
    );
  });

  it('in a Compose file', async () => {
    await writeFile(
      path.join(guarded.work, 'compose.yaml'),
      [
        'services:',
        '  a:',
        '    image: busybox',
        '    command: sh -c "cat /etc/group /etc/passwd; stat -c %t:%T /etc/group /etc/passwd"',
        '    network_mode: none',
        '    volumes:',
        '      - /dev/null:/etc/group',
        '      - {type: bind, source: /dev/null, target: /etc/passwd, read_only: true}',
      ].join('\n'),
    );
    const compose = `docker compose -p hidden --project-directory ${guarded.work}`;
    expect(await sh(`${compose} run --rm a 2> /dev/null`)).toBe('1:3\n1:3\n');
  });

  it('files stay hidden through restarts, inspect, --volumes-from, cp and commit', async () => {
    const showGroup = 'sh -c "cat /etc/group; stat -c %t:%T /etc/group"';
    await sh('docker run -d --name kept -v /dev/null:/etc/group:ro busybox sleep 1000');
    const script = [
      `docker exec kept ${showGroup}`,
      `docker restart -t 0 kept > /dev/null; docker exec kept ${showGroup}`,
      'docker inspect kept -f "{{.HostConfig.Binds}} {{range .Mounts}}{{.Source}} {{.Mode}}{{end}}"',
      `docker run --rm --volumes-from kept busybox ${showGroup}`,
      // The user shares nothing: what the image has is copied, and into it.
      'docker cp kept:/etc/group - | tar -t',
      'echo x > x; docker cp -q x kept:/tmp/x; docker exec kept cat /tmp/x',
      'docker commit kept committed > /dev/null; docker run --rm committed sh -c "wc -c < /etc/group"',
    ];
    expect((await sh(`cd $(mktemp -d); ${script.join('\n')}`)).split('\n')).toEqual([
      '1:3',
      '1:3',
      '[/dev/null:/etc/group:ro] /dev/null ro',
      '1:3',
      'group',
      'x',
      expect.stringMatching(/^[1-9]\d*$/),
      '',
    ]);
    // As after a crash: the engine's own restart, which asks no gateway.
    await sh('docker update --restart always kept > /dev/null');
    const pid = Number(await sh('docker inspect kept -f "{{.State.Pid}}"'));
    process.kill(pid, 'SIGKILL');
    await expect
      .poll(() => sh('docker inspect kept -f "{{.State.Restarting}} {{.RestartCount}}"'))
      .toBe('false 1\n');
    expect(await sh(`docker exec kept ${showGroup}`)).toBe('1:3\n');
    await sh('docker rm -f kept; docker rmi committed');
  });

  it.each([
    ['zero', 'head -c 2 /x | od -An -tx1', ' 00 00'],
    ['full', '! echo x > /x', 'sh: write error: No space left on device'],
    ['random', 'head -c 9 /x | wc -c', '9'],
    ['urandom', 'head -c 9 /x | wc -c', '9'],
  ])('also by /dev/%s', async (name, script, output) => {
    expect((await inBusybox(`-v /dev/${name}:/x`, script)).trimEnd()).toBe(output);
  });
});

describe('A8: such a mount gives nothing more', () => {
  it("nobody can change a device's mode, owner and times, not even in --privileged", async () => {
    const before = await sh('stat -c "%a %u:%g %Y" /dev/null');
    const change =
      'for c in "chmod 0 /x" "chown 5 /x" "touch -d 2001-01-01 /x" "mount -o remount,bind,rw /x" "rm /x"; ' +
      'do $c 2> /dev/null && echo $c; done; stat -c "%a %u:%g" /x';
    for (const options of ['', '--privileged'])
      expect(await sh(`docker run --rm ${options} -v /dev/null:/x busybox sh -c '${change}'`)).toBe(
        '666 0:0\n',
      );
    expect(await sh('stat -c "%a %u:%g %Y" /dev/null')).toBe(before);
    // Nor by an archive, which the engine unpacks as root.
    await sh('docker create --name into -v /dev/null:/x busybox');
    const { code } = await guarded.sh(
      'mkdir -p t; echo x > t/x; chmod 0 t/x; tar -c -C t --owner=5 x | docker cp - into:/',
    );
    expect(code).not.toBe(0);
    expect(await sh('docker rm into; stat -c "%a %u:%g %Y" /dev/null')).toBe(`into\n${before}`);
  });

  it("by an archive with links a user changes neither mode nor times of the machine's file", async () => {
    const before = await sh('stat -c "%a %u:%g %Y" /dev/null');
    const file = path.join(guarded.scratch, 'links.tar');
    await writeFile(file, linkArchive('x', { mode: 0, mtime: 1 }));
    await sh('docker create --name linked -v /dev/null:/tmp/x busybox');
    const output = await sh(`docker cp - linked:/tmp < ${file}`);
    const after = await sh('stat -c "%a %u:%g %Y" /dev/null');
    await sh('docker rm linked');
    expect(after).toBe(before);
    expect(output).toContain("docker cp into container linked, which has the host's /dev/null mounted");
    // Read-only, as the engine sees it, too: it may be copied into.
    await sh('docker create --name shown -v /dev/null:/tmp/x:ro busybox');
    await sh(`docker cp - shown:/tmp < ${file}; docker rm shown`);
    expect(await sh('stat -c "%a %u:%g %Y" /dev/null')).toBe(before);
  });

  it.each([
    '/dev',
    '/dev/tty',
    '/dev/ptmx',
    '/dev/fuse',
    '/dev/shm',
    '/dev/fd',
    '/dev/absent',
    '/dev/null/..',
  ])('%s is not mounted without a share', async (source) => {
    for (const options of [`-v ${source}:/x`, `--mount type=bind,src=${source},dst=/x`])
      expect(await inBusybox(options, 'ls -d /x')).toMatch(/bind mount of .* is blocked|is not absolute/);
  });
});
