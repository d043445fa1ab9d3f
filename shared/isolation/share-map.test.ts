import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shareMap, shareMaps, toDisk, toInside, type IdExtent } from './share-map.ts';
import { readSharingRecord, readStartDecisions, writeSharingRecord } from './sharing-user.ts';

const user = fc.integer({ min: 1, max: 199_999 });
const subordinate = fc.integer({ min: 200_000, max: 4_000_000_000 });
const idInside = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 65_535 }));
const some = fc.integer({ min: 0, max: 65_535 });
const overlaps = (map: readonly IdExtent[], start: (one: IdExtent) => number) =>
  map.some((a) => map.some((b) => a !== b && start(a) < start(b) + b.size && start(b) < start(a) + a.size));

describe('A8: the map of a sharing user', () => {
  it('gives every id of the container exactly one on disk, no two the same', () => {
    fc.assert(
      fc.property(user, idInside, subordinate, some, (id, own, first, inside) => {
        const map = shareMap(id, own, first);
        expect(map.reduce((sum, { size }) => sum + size, 0)).toBe(65_536);
        expect([overlaps(map, ({ disk }) => disk), overlaps(map, (one) => one.inside)]).toEqual([
          false,
          false,
        ]);
        const disk = toDisk(map, inside);
        expect(disk !== null && toInside(map, disk)).toBe(inside);
        expect(toDisk(map, own)).toBe(id);
      }),
    );
  });

  it("has only the user's own id and subordinate ids on disk: neither 0 nor another account's", () => {
    fc.assert(
      fc.property(user, idInside, subordinate, some, (id, own, first, inside) => {
        const disk = toDisk(shareMap(id, own, first), inside) ?? 0;
        expect(disk === id || (disk >= first && disk < first + 65_535)).toBe(true);
      }),
    );
  });

  it('makes the user root, or another one, whose subordinate id root has then', () => {
    expect(shareMap(1000, 0, 100_000)).toEqual([
      { disk: 1000, inside: 0, size: 1 },
      { disk: 100_000, inside: 1, size: 65_535 },
    ]);
    expect(shareMap(1001, 33, 100_000)).toEqual([
      { disk: 100_032, inside: 0, size: 1 },
      { disk: 100_000, inside: 1, size: 32 },
      { disk: 1001, inside: 33, size: 1 },
      { disk: 100_033, inside: 34, size: 65_502 },
    ]);
    const own = shareMap(1000, 1000, 100_000);
    expect([
      toDisk(own, 1000),
      toDisk(own, 0),
      toDisk(own, 1),
      toDisk(own, 65_535),
      toInside(own, 1000),
    ]).toEqual([1000, 100_999, 100_000, 165_534, 1000]);
    expect([toDisk(shareMap(1, 1, 100_000), 1), toDisk(shareMap(65_535, 65_535, 100_000), 65_535)]).toEqual([
      1, 65_535,
    ]);
  });

  it('has separate decisions for users and groups', () => {
    const maps = shareMaps({ uid: 1000, gid: 100 }, { uid: 1000, gid: 0 }, { uid: 100_000, gid: 300_000 });
    expect([toDisk(maps.uids, 1000), toDisk(maps.gids, 0), toDisk(maps.gids, 100)]).toEqual([
      1000, 100, 300_099,
    ]);
  });
});

describe('a sharing record', () => {
  it('is read as it was written; anything else is invalid', () => {
    expect(readSharingRecord(writeSharingRecord({ uid: 1234, gid: 5 }))).toEqual({ uid: 1234, gid: 5 });
    for (const text of [
      '',
      '{}',
      '{"version":2,"uid":0,"gid":0}',
      '{"version":1,"uid":-1,"gid":0}',
      '{"version":1,"uid":"0","gid":0}',
      '{"version":1,"uid":1.5,"gid":0}',
      '{"version":1,"uid":4294967295,"gid":0}',
      '{"version":1,"uid":5,"gid":5,"inside":{"uid":65536,"gid":0}}',
      '{"version":1,"uid":5,"gid":5,"inside":{"uid":7}}',
      '{"version":1,"uid":5,"gid":5,"kernelSettings":"emulated"}',
      '[1',
    ]) {
      expect(readSharingRecord(text), text).toBeNull();
      expect(readStartDecisions(text), text).toEqual({
        devices: [],
        inside: null,
        kernelSettings: false,
      });
    }
  });

  it('has what was decided at the last start', () => {
    const devices = [{ type: 'c', major: 10, minor: 229, access: 'rw' }] as const;
    const inside = { uid: 1000, gid: 100 };
    for (const decisions of [
      { devices, inside, kernelSettings: true },
      { devices, inside: null, kernelSettings: false },
      { devices: [], inside, kernelSettings: false },
      { devices: [], inside: null, kernelSettings: true },
    ]) {
      const text = writeSharingRecord({ uid: 1234, gid: 5 }, decisions);
      expect(readStartDecisions(text)).toEqual(decisions);
      expect(readSharingRecord(text)).toEqual({ uid: 1234, gid: 5 });
    }
  });
});
