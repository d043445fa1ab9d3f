import { expect, test } from 'vitest';
import { parseMountinfo } from '../../base/mountinfo.ts';
import { releasedMounts } from './volume-guards.ts';

const volumes = '/dir/data/volumes';
const table = (lines: readonly string[]) =>
  parseMountinfo(lines.map((line, i) => `${i + 20} 1 ${line}\n`).join(''));

test('volumes get the options of their underlying mount back, and no other mount is changed', () => {
  const mounts = table([
    '8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '8:1 /dir/data /dir/data rw,nodev,noatime - ext4 /dev/sda1 rw',
    '8:1 /dir/data/volumes /dir/data/volumes rw,nosuid,nodev,noatime,nosymfollow - ext4 /dev/sda1 rw',
    '0:50 / /dir/data/volumes/memory/_data rw,nosuid,noexec,relatime,nosymfollow,idmapped - tmpfs tmpfs rw',
    '0:51 / /dir/data/volumes/other/_data rw,nodev - tmpfs tmpfs rw',
    '8:1 /dir/data/overlay2/a /dir/data/overlay2/a rw,nosuid,nodev,nosymfollow - ext4 /dev/sda1 rw',
  ]);
  expect(releasedMounts(mounts, volumes)).toEqual([
    { mountPoint: volumes, options: ['rw', 'nodev', 'noatime', 'symfollow', 'suid'] },
    {
      mountPoint: `${volumes}/memory/_data`,
      options: ['rw', 'nosuid', 'noexec', 'relatime', 'symfollow', 'dev'],
    },
  ]);
});

test('a file system that an administrator mounted for volumes keeps its options', () => {
  const mounts = table([
    '8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '8:2 / /dir/data/volumes rw,nodev,relatime,nosymfollow - ext4 /dev/sdb1 rw',
  ]);
  expect(releasedMounts(mounts, volumes)).toEqual([
    { mountPoint: volumes, options: ['rw', 'nodev', 'relatime', 'symfollow', 'suid'] },
  ]);
  expect(releasedMounts(table(['8:1 / / rw,relatime - ext4 /dev/sda1 rw']), volumes)).toEqual([]);
});
