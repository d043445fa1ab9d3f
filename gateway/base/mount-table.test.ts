import { expect, it } from 'vitest';
import { parseRemoteMounts, remoteMountAbove } from './mount-table.ts';

const mounts = parseRemoteMounts(
  [
    '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '30 22 0:40 / /home rw shared:5 - nfs4 server:/home rw,vers=4.2',
    String.raw`31 30 0:41 / /home/a\040b/tmp rw - tmpfs tmpfs rw`,
    String.raw`32 22 0:42 / /mnt/x\040y rw - fuse.sshfs host: rw,user_id=1000`,
    '33 22 0:43 / /data rw - xfs /dev/sdb rw',
    '',
  ].join('\n'),
);

it('finds the mount above a file whose server may not answer', () => {
  for (const [file, type] of [
    ['/home', 'nfs4'],
    ['/home/a/b', 'nfs4'],
    // The kernel follows the path through the share.
    ['/home/a b/tmp/x', 'nfs4'],
    ['/mnt/x y/z', 'fuse.sshfs'],
    ['/homes', null],
    ['/mnt', null],
    ['/data/x', null],
    ['/', null],
  ] as const)
    expect([file, remoteMountAbove(file, mounts)?.type ?? null]).toEqual([file, type]);
});

it('does not count a remote root, where every program hangs alike', () => {
  expect(parseRemoteMounts('1 0 0:1 / / rw - nfs4 server:/ rw').size).toBe(0);
});
