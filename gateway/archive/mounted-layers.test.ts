import { expect, it } from 'vitest';
import { parseOverlayMount } from './mounted-layers.ts';

const id = 'a'.repeat(64);
const line = (point: string, options: string, type = 'overlay') =>
  `178 44 0:81 / ${point} rw,relatime shared:6 - ${type} overlay ${options}\n`;
const point = `/data/rootfs/overlayfs/${id}`;
const other =
  line('/', 'rw,lowerdir=/x,upperdir=/y,workdir=/z') +
  line(`/data/rootfs/overlayfs/${'b'.repeat(64)}`, 'rw,lowerdir=/b,upperdir=/b/u');

it("finds a locked container's layers by its mount, topmost first", () => {
  expect(
    parseOverlayMount(
      other + line(point, 'rw,lowerdir=/s/2/fs:/s/1/fs,upperdir=/s/3/fs,workdir=/s/3/work'),
      id,
    ),
  ).toEqual({ upper: '/s/3/fs', lowers: ['/s/2/fs', '/s/1/fs'], merged: point });
});
it('knows many layers, which are shortened, and paths with blanks', () => {
  expect(
    parseOverlayMount(
      line(
        point.replace('/data', '/my\\040data'),
        'rw,lowerdir=2/fs:1/fs,upperdir=/my\\040data/s/3/fs,workdir=/my\\040data/s/3/work',
      ),
      id,
    ),
  ).toEqual({
    upper: '/my data/s/3/fs',
    lowers: ['/my data/s/2/fs', '/my data/s/1/fs'],
    merged: `/my data/rootfs/overlayfs/${id}`,
  });
});
it.each([
  ['no mount', other],
  ['another file system', line(point, 'rw,lowerdir=/a,upperdir=/b', 'ext4')],
  ['no upper layer', line(point, 'ro,lowerdir=/a:/b')],
  ['layers by descriptor', line(point, 'rw,lowerdir+=/,upperdir=/diff,workdir=/work')],
  ['a relative upper layer', line(point, 'rw,lowerdir=/a,upperdir=b/fs')],
  ['an escaped colon', line(point, 'rw,lowerdir=/a\\134:b,upperdir=/b/fs')],
  ['another place', line(`/data/other/${id}`, 'rw,lowerdir=/a,upperdir=/b/fs')],
])('finds none where there is %s', (_, table) => {
  expect(parseOverlayMount(table, id)).toBeNull();
});
