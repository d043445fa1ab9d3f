import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shareMap } from '../shared/isolation/share-map.ts';
import { writeSharingRecord, type SharingUser } from '../shared/isolation/sharing-user.ts';
import type { OciSpec } from './oci-spec.ts';
import type { Mount } from '../engine/base/mountinfo.ts';
import { PlanBuilder } from './plan.ts';
import { firstBase, rangeSize } from './id-ranges.ts';
import { nothingChecked, type Reach } from './reach.ts';
import { engineRoots, isShare, mapText, rangeOwnerOf, sharesOf, type SharingOptions } from './shares.ts';
import { firstSubordinate, listedRange, openSubordinateStore } from './subordinate.ts';

let directory: string;
const at = (...parts: string[]) => path.join(directory, ...parts);
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'bulkhead-shares-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});
const parts = {
  sockets: [],
  directories: ['/run/bulkhead/mounts'],
  containerSockets: '/e/sockets',
  roots: ['/e', '/run/bulkhead/x'],
};

describe('A8: the map of a share as the kernel gets it', () => {
  it('names every id once on each side, and none outside the container maps into it', () => {
    const ids = fc.integer({ min: 1, max: 1_000_000 }),
      slots = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(ids, fc.boolean(), slots, slots, (id, himself, subordinate, slot) => {
        const base = firstBase + slot * rangeSize;
        const lines = mapText(
          shareMap(id, himself ? id : 0, firstSubordinate + subordinate * rangeSize),
          base,
        )
          .trim()
          .split('\n')
          .map((line) => line.split(' ').map(Number));
        for (const side of [0, 1]) {
          const sorted = lines
            .map((line) => [line[side] ?? 0, line[2] ?? 0] as const)
            .sort(([a], [b]) => a - b);
          sorted.reduce((end, [start, size]) => {
            expect(start).toBeGreaterThanOrEqual(end);
            return start + size;
          }, 0);
        }
        // Of what ends up in the container's range, nothing is root's or another account's.
        const into = lines
          .filter(([, host = 0]) => host >= base && host < base + rangeSize)
          .map(([disk = 0]) => disk);
        expect(into.every((disk) => disk === id || disk >= firstSubordinate)).toBe(true);
        expect(lines.find(([disk = 0, , size = 0]) => disk <= 0 && disk + size > 0)?.slice(0, 2)).toEqual([
          0, 0,
        ]);
      }),
    );
  });
});

describe('the owner whose ranges a container gets', () => {
  const container = 'a'.repeat(64);
  const options = (records: SharingOptions['records']): SharingOptions => ({
    directory,
    records,
    subordinates: { prepare: () => Promise.resolve(), of: () => ({ uid: 1, gid: 1 }) },
  });

  it("the user's who had it made", () => {
    writeFileSync(at(`${container}.json`), writeSharingRecord({ uid: 1234, gid: 55 }));
    for (const records of ['required', 'root-without'] as const)
      expect(rangeOwnerOf(container, options(records))).toBe(1234);
  });

  it("without a record: root's where no gateway guards, else a build's, or of nobody who is known", () => {
    expect(
      ['root-without', 'required'].map((records) =>
        rangeOwnerOf(container, options(records as SharingOptions['records'])),
      ),
    ).toEqual([0, 'unnamed']);
    expect(rangeOwnerOf('q7hk2mzr0p4w8xv1t5c9n3b6d', options('required'))).toBe('builds');
  });

  it('with a record that is none: of nobody who is known', () => {
    writeFileSync(at(`${container}.json`), '{"version":1,"uid":');
    for (const records of ['required', 'root-without'] as const)
      expect(rangeOwnerOf(container, options(records))).toBe('unnamed');
  });

  it("of before ranges had owners: nobody's any more where it is not known", () => {
    expect(rangeOwnerOf(container, options('required'), 'before')).toBe('retired');
    expect(
      ['root-without', 'required'].map((records) =>
        rangeOwnerOf('', options(records as SharingOptions['records']), 'before'),
      ),
    ).toEqual(['retired', 'retired']);
  });
});

describe('A8: which binds are shares', () => {
  const mount = (mountPoint: string, device: string, root = '/'): Mount => ({
    mountPoint,
    device,
    root,
    shared: false,
    type: 'ext4',
    flags: ['rw'],
    options: [],
  });
  const disk = mount('/', '1:1');
  const decide = (source: string, on: Mount, more: readonly Mount[] = []) =>
    isShare(source, on, [disk, on, ...more], ['/e', '/d'], parts);

  it('not what the engine keeps, nor its volumes on file systems of their own; all else is', () => {
    expect(decide('/home/u', disk)).toBe(true);
    expect(decide('/dx', disk)).toBe(true);
    expect(decide('/d/volumes/v/_data', disk)).toBe(false);
    expect(decide('/d/containers/c/hosts', disk)).toBe(false);
    expect(decide('/d/volumes/tmp/_data', mount('/d/volumes/tmp/_data', '0:9'))).toBe(false);
    expect(
      decide('/d/volumes/tmp/_data', mount('/d/volumes/tmp/_data', '0:9'), [
        mount('/run/bulkhead/mounts/c/binds/0', '0:9'),
      ]),
    ).toBe(false);
  });

  it('a volume that is a mount of a directory elsewhere is, too', () => {
    expect(decide('/d/volumes/v/_data', mount('/d/volumes/v/_data', '1:1', '/home/u'))).toBe(true);
    expect(decide('/d/volumes/v/_data/x', mount('/d/volumes/v/_data', '1:1', '/home/u'))).toBe(true);
    expect(
      decide('/d/volumes/v/_data', mount('/d/volumes/v/_data', '0:9', '/sub'), [mount('/mnt', '0:9')]),
    ).toBe(true);
    expect(decide('/d/x', mount('/d', '1:1', '/var/docker'))).toBe(false);
  });

  it("finds the engine's data root by the container's root file system, the innermost of that form", () => {
    const id = '0a'.repeat(32);
    for (const root of [
      '/d/overlay2/abc/merged',
      `/d/rootfs/overlayfs/${id}`,
      '/d/btrfs/subvolumes/abc',
      '/d/vfs/dir/abc',
      '/d/buildkit/executor/abc/rootfs',
    ])
      expect(engineRoots(root, parts), root).toEqual([...parts.roots, '/d']);
    expect(engineRoots('/srv/overlay2/x/merged/docker/overlay2/abc/merged', parts)).toEqual([
      ...parts.roots,
      '/srv/overlay2/x/merged/docker',
    ]);
    expect(engineRoots('/elsewhere/root', parts)).toEqual(parts.roots);
  });
});

describe('A8: who shares', () => {
  /**
   * All that is not the container's keeps its number, which no process of the container has; nothing is
   * mapped to the range but its own.
   */
  const rootMap =
    `0 ${firstBase} 65536\n65536 65536 ${firstBase - 65536}\n` +
    `${firstBase + 65536} ${firstBase + 65536} ${4_294_967_295 - firstBase - 65536}\n`;
  const mapsOf = (plan: PlanBuilder) => {
    const fields = plan.encode().toString().split('\0');
    return fields.flatMap((field, i) => (field === 'userns' || field === 'share' ? [fields[i + 1]] : []));
  };
  const spec = {
    root: { path: '/r' },
    linux: { namespaces: [] },
    process: { user: { uid: 0, gid: 0 } },
  } as OciSpec; // all that is read
  const shares = (
    container: string,
    records: SharingOptions['records'] = 'required',
    reach: Reach = { refuseUnreachable: () => undefined },
  ) => {
    const plan = new PlanBuilder();
    return {
      plan,
      shares: sharesOf(
        { container, spec, plan, base: firstBase, reach },
        {
          directory: at('sharing'),
          records,
          subordinates: openSubordinateStore({ directory: at('own'), etc: at('etc') }),
        },
      ),
    };
  };
  const record = (container: string, text: string) => {
    mkdirSync(at('sharing'), { recursive: true });
    writeFileSync(at('sharing', `${container}.json`), text);
  };

  it('must be known, unless no gateway guards the engine', () => {
    expect(() => shares('a').shares.namespaceFor('/tmp')).toThrow(
      'enhanced container isolation: it is not known who shares /tmp with this container: ' +
        'recreate the container (A8)',
    );
    const without = shares('a', 'root-without');
    without.shares.namespaceFor('/tmp');
    expect([mapsOf(without.plan), without.shares.maps()]).toEqual([[rootMap], null]);
    record('b', 'rubbish');
    for (const records of ['required', 'root-without'] as const)
      expect(() => shares('b', records).shares.namespaceFor('/tmp')).toThrow('not known who shares');
  });

  it('root shares ids as they are; others have one map for all they share', () => {
    record('root', writeSharingRecord({ uid: 0, gid: 0 }));
    const root = shares('root');
    root.shares.namespaceFor('/tmp');
    expect([mapsOf(root.plan), root.shares.maps()]).toEqual([[rootMap], null]);
    record('user', writeSharingRecord({ uid: 1234, gid: 77 }));
    const { shares: user, plan } = shares('user');
    expect(user.maps()).toBeNull();
    const namespace = user.namespaceFor('/tmp');
    expect(mapsOf(plan)[0]).toMatch(/^1234 1000013824 1\n/);
    expect(user.namespaceFor('/usr')).toBe(namespace);
    expect([user.maps()?.uids[0], user.maps()?.gids[0]]).toEqual([
      { disk: 1234, inside: 0, size: 1 },
      { disk: 77, inside: 0, size: 1 },
    ]);
  });

  it('does not share what he was not found to have access to, and was not queried', () => {
    record('user', writeSharingRecord({ uid: 1234, gid: 77 }));
    expect(() => shares('user', 'required', nothingChecked).shares.namespaceFor('/tmp')).toThrow(
      'it was not asked whether user 1234 has access to /tmp',
    );
  });
});

describe('subordinate ids', () => {
  const user = (uid: number) => ({ uid, gid: uid });
  const store = (lookUp: (uid: number) => string | null = () => null) => {
    const opened = openSubordinateStore({
      directory: at('own'),
      etc: at('etc'),
      lookUpUser: (uid) =>
        new Promise((resolve) => {
          resolve(lookUp(uid));
        }),
    });
    return {
      of: async (one: SharingUser) => {
        await opened.prepare(one);
        return opened.of(one);
      },
    };
  };

  it('are those of /etc/subuid and /etc/subgid, by name or number', async () => {
    mkdirSync(at('etc'));
    writeFileSync(at('etc', 'passwd'), 'root:x:0:0::/:\nalice:x:1000:1000::/:\n');
    writeFileSync(at('etc', 'subuid'), 'alice:100000:65536\n1001:300000:65536\n');
    writeFileSync(at('etc', 'subgid'), '1000:200000:131072\n');
    expect(await store().of(user(1000))).toEqual({ uid: 100_000, gid: 200_000 });
    expect(await store().of(user(1001))).toEqual({ uid: 300_000, gid: firstSubordinate });
  });

  it('are not given to ids that users have beside their own, unless an account has that id', async () => {
    mkdirSync(at('etc'));
    writeFileSync(at('etc', 'passwd'), 'root:x:0:0::/:\nalice:x:1000:1000::/:\nlocal:x:600200000:1::/:\n');
    for (const file of ['subuid', 'subgid']) writeFileSync(at('etc', file), 'alice:100000:65536\n');
    for (const uid of [
      100_007,
      firstSubordinate,
      firstSubordinate + 7,
      firstBase,
      firstBase + rangeSize + 1,
    ]) {
      await expect(store().of(user(uid))).rejects.toThrow(`user ${uid} is no account of this machine`);
    }
    expect(existsSync(at('own'))).toBe(false);
    expect(await store().of(user(600_200_000))).toEqual({ uid: firstSubordinate, gid: firstSubordinate });
    const next = firstSubordinate + rangeSize;
    expect(
      await store((uid) => `lena:*:${uid}:${uid}::/home/lena:/bin/sh\n`).of(user(firstBase + 7)),
    ).toEqual({ uid: next, gid: next });
  });

  it('are found for a user of a directory service, by the name in the machine\u2019s database', async () => {
    mkdirSync(at('etc'));
    writeFileSync(at('etc', 'passwd'), 'root:x:0:0::/:\nalice:x:1000:1000::/:\n');
    for (const file of ['subuid', 'subgid'])
      writeFileSync(at('etc', file), 'alice:100000:65536\nlena:400000:65536\n');
    expect(await store((uid) => `lena:*:${uid}:${uid}::/home/lena:/bin/sh\n`).of(user(70_001))).toEqual({
      uid: 400_000,
      gid: 400_000,
    });
    expect(await store().of(user(70_002))).toEqual({ uid: firstSubordinate, gid: firstSubordinate });
  });

  it('are not those of the account that had the id before', async () => {
    mkdirSync(at('etc'));
    writeFileSync(at('etc', 'passwd'), 'alice:x:1000:1000::/:\nbob:x:1001:1001::/:\n');
    for (const file of ['subuid', 'subgid'])
      writeFileSync(at('etc', file), 'alice:100000:65536\nbob:200000:65536\n');
    const reopened = store();
    expect((await reopened.of(user(1000))).uid).toBe(100_000);
    writeFileSync(at('etc', 'passwd'), 'alice:x:2000:2000::/:\nbob:x:1000:1000::/:\n# changed\n');
    expect((await reopened.of(user(1000))).uid).toBe(200_000);
  });

  it('are not guessed while the database does not answer; it is queried only if needed', async () => {
    const silent = () => {
      throw new Error("the machine's user database did not say who user 70001 is");
    };
    mkdirSync(at('etc'));
    writeFileSync(at('etc', 'passwd'), 'alice:x:1000:1000::/:\n');
    writeFileSync(at('etc', 'subuid'), 'alice:100000:65536\nlena:400000:65536\n');
    await expect(store(silent).of(user(70_001))).rejects.toThrow('did not say who user 70001 is');
    expect(existsSync(at('own', 'uid-70001'))).toBe(false);
    writeFileSync(at('etc', 'subuid'), 'alice:100000:65536\n1000:100000:65536\n');
    expect((await store(silent).of(user(70_001))).uid).toBe(firstSubordinate);
  });

  it("are none of /etc/subuid that are too few, root's, the user's own, or containers'", () => {
    const usable = (range: string, id = 1000) => listedRange(`alice:${range}\n`, ['1000', 'alice'], id);
    expect([
      usable('100000:65535'),
      usable('100000:65534'),
      usable('0:65536'),
      usable('1:65536'),
      usable('500:100000'),
      usable(`${firstBase - 65_535}:65536`),
      usable(`${firstBase - 65_534}:65536`),
      usable('x:1'),
    ]).toEqual([100_000, null, null, null, null, firstBase - 65_535, null, null]);
    expect(listedRange('alice:1:2\nbob:7000:65536\nalice:100000:65536\n', ['alice'], 1000)).toBe(100_000);
  });

  it("are otherwise the user's own range, permanent and machine-wide", async () => {
    const first = await store().of(user(1)),
      second = await store().of(user(2));
    expect([first, second]).toEqual([
      { uid: firstSubordinate, gid: firstSubordinate },
      { uid: firstSubordinate + rangeSize, gid: firstSubordinate + rangeSize },
    ]);
    expect([
      await store().of(user(2)),
      await store().of(user(1)),
      await store().of({ uid: 1, gid: 99 }),
    ]).toEqual([second, first, first]);
    expect(readdirSync(at('own')).sort()).toEqual([
      String(firstSubordinate),
      String(firstSubordinate + rangeSize),
      'uid-1',
      'uid-2',
    ]);
  });

  it('leave out ranges of /etc/subuid, and never start anew if a record is invalid', async () => {
    mkdirSync(at('etc'));
    writeFileSync(at('etc', 'subuid'), `bob:${firstSubordinate + 10}:100\n`);
    expect((await store().of(user(1))).uid).toBe(firstSubordinate + rangeSize);
    writeFileSync(at('own', 'uid-1'), '{"uid":1,"base":0}');
    await expect(store().of(user(1))).rejects.toThrow('not a record');
  });
});
