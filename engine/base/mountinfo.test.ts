import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isWithin,
  mountOf,
  mountsOfDevice,
  mountsWithin,
  parseMountinfo,
  pathInFileSystem,
} from './mountinfo.ts';

const overlayOptions =
  String.raw`rw,lowerdir=/l/A:/l/B\072C,upperdir=/x/diff,workdir=/x/work,` +
  'context="system_u:object_r:container_file_t:s0:c1,c2",index=off,x="a';
const text = String.raw`22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
30 22 0:25 / /run rw,nosuid - tmpfs tmpfs rw,mode=755
41 22 254:0 /srv/a\040b /mnt/a\040b rw,relatime master:3 - ext4 /dev/vda rw
50 22 0:44 / /data/overlay2/x/merged rw - overlay overlay ${overlayOptions}
51 22 0:45 / /run rw - tmpfs later rw
`;
const mounts = parseMountinfo(text);

describe('parseMountinfo', () => {
  it('reads fields, escapes, optional fields and super options', () => {
    expect(mounts).toHaveLength(5);
    expect(mounts[0]).toMatchObject({
      device: '254:0',
      root: '/',
      mountPoint: '/',
      type: 'ext4',
      shared: true,
      flags: ['rw', 'relatime'],
    });
    expect(mounts[2]).toMatchObject({ root: '/srv/a b', mountPoint: '/mnt/a b', shared: false });
    expect(mounts[3]?.options).toEqual([
      'rw',
      'lowerdir=/l/A:/l/B:C',
      'upperdir=/x/diff',
      'workdir=/x/work',
      'context=system_u:object_r:container_file_t:s0:c1,c2',
      'index=off',
      'x="a',
    ]);
  });

  it.each(['garbage', '22 1 254:0 / / rw shared:1 ext4 /dev/vda rw', '22 1 254:0 / / rw - ext4'])(
    'refuses %s',
    (line) => {
      expect(() => parseMountinfo(line)).toThrow('not a line of mountinfo');
    },
  );
});

describe('locations', () => {
  it('finds the mount a file is on, the latest of stacked ones, by whole components', () => {
    expect(mountOf('/run/x', mounts)?.device).toBe('0:45');
    expect(mountOf('/running', mounts)?.mountPoint).toBe('/');
    expect(mountOf('/mnt/a b/c', mounts)?.mountPoint).toBe('/mnt/a b');
  });

  it('finds the same mounts as a search of the whole table, whatever the sort order of the names', () => {
    const names = fc.constantFrom('a', 'a-b', 'a b', 'a0', 'b', '\u00e9');
    const paths = fc.array(names, { maxLength: 3 }).map((parts) => `/${parts.join('/')}`);
    const tables = fc.array(fc.tuple(paths, fc.constantFrom('0:1', '0:2')), { maxLength: 12 });
    fc.assert(
      fc.property(tables, paths, (lines, file) => {
        const table = lines.map(([mountPoint, device], i) => ({
          mountPoint,
          device,
          root: `/${i}`,
          shared: false,
          type: 'ext4',
          flags: [],
          options: [],
        }));
        const above = table.filter(({ mountPoint }) => isWithin(file, mountPoint));
        const longest = Math.max(...above.map(({ mountPoint }) => mountPoint.length));
        expect(mountOf(file, table)).toBe(
          above.findLast(({ mountPoint }) => mountPoint.length === longest) ?? null,
        );
        expect(new Set(mountsWithin(file, table))).toEqual(
          new Set(table.filter(({ mountPoint }) => isWithin(mountPoint, file))),
        );
        expect(mountsOfDevice('0:1', table)).toEqual(table.filter(({ device }) => device === '0:1'));
      }),
    );
  });

  it('finds where a file is in its file system, through bind mounts', () => {
    const at = (file: string) => {
      const mount = mountOf(file, mounts);
      return mount === null ? null : pathInFileSystem(file, mount);
    };
    expect(at('/mnt/a b/c')).toBe('/srv/a b/c');
    expect(at('/mnt/a b')).toBe('/srv/a b');
    expect(at('/etc/passwd')).toBe('/etc/passwd');
    expect(at('/')).toBe('/');
    expect(at('/run')).toBe('/');
  });

  it('compares whole components', () => {
    expect(isWithin('/a/b', '/a')).toBe(true);
    expect(isWithin('/ab', '/a')).toBe(false);
    expect(isWithin('/a', '/a')).toBe(true);
    expect(isWithin('/a', '/')).toBe(true);
  });
});
