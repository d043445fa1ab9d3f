import { describe, expect, it } from 'vitest';
import { shiftAcl } from './acl.ts';

const shift = { uid: (id: number) => id + 1000, gid: (id: number) => id + 2000 };
/** An attribute of entries: tag, permissions, id. */
const acl = (
  version: number,
  ...entries: readonly (readonly [tag: number, bits: number, id: number])[]
): string => {
  const bytes = Buffer.alloc(4 + 8 * entries.length);
  bytes.writeUInt32LE(version);
  entries.forEach(([tag, bits, id], i) => {
    bytes.writeUInt16LE(tag, 4 + 8 * i);
    bytes.writeUInt16LE(bits, 6 + 8 * i);
    bytes.writeUInt32LE(id, 8 + 8 * i);
  });
  return bytes.toString('latin1');
};
const nobodyNamed = 0xffffffff;

describe('an access control list', () => {
  it('shifts the users and groups that it names, and keeps everything else', () => {
    const before = acl(
      2,
      [0x01, 7, nobodyNamed],
      [0x02, 6, 5],
      [0x02, 4, 50_000],
      [0x04, 5, nobodyNamed],
      [0x08, 4, 7],
      [0x10, 7, nobodyNamed],
      [0x20, 0, nobodyNamed],
    );
    expect(shiftAcl(before, shift)).toBe(
      acl(
        2,
        [0x01, 7, nobodyNamed],
        [0x02, 6, 1005],
        [0x02, 4, 51_000],
        [0x04, 5, nobodyNamed],
        [0x08, 4, 2007],
        [0x10, 7, nobodyNamed],
        [0x20, 0, nobodyNamed],
      ),
    );
  });
  it('of an unknown form stays unchanged', () => {
    for (const value of ['', 'xyz', acl(1, [0x02, 6, 5]), `${acl(2, [0x02, 6, 5])}x`])
      expect(shiftAcl(value, shift)).toBe(value);
  });
});
