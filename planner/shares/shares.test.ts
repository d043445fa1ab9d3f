import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shareMap, toInside } from '../../shared/isolation/share-map.ts';
import { writeSharingRecord } from '../../shared/isolation/sharing-user.ts';
import type { OciSpec } from '../base/oci-spec.ts';
import type { Mount } from '../../engine/base/mountinfo.ts';
import { PlanBuilder } from '../base/plan.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { firstBase } from '../ranges/id-ranges.ts';
import { nothingChecked, type Reach } from './reach.ts';
import { engineRoots, isShare, mapText, rangeOwnerOf, sharesOf, type SharingOptions } from './shares.ts';
import { firstSubordinateId } from '../../shared/isolation/listed-ranges.ts';
import { openSubordinateStore } from '../ranges/subordinate.ts';

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

describe('A8: the map of a share as passed to the kernel', () => {
  it('names every id once on each side, and none outside the container maps into it', () => {
    const ids = fc.integer({ min: 1, max: 1_000_000 }),
      inside = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: rangeSize - 1 })),
      slots = fc.integer({ min: 0, max: 1000 });
    fc.assert(
      fc.property(ids, inside, slots, slots, (id, own, subordinate, slot) => {
        const base = firstBase + slot * rangeSize;
        const lines = mapText(shareMap(id, own, firstSubordinateId + subordinate * rangeSize), base)
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
        // Nothing that is mapped into the container's range belongs to root or to another account.
        const into = lines
          .filter(([, host = 0]) => host >= base && host < base + rangeSize)
          .map(([disk = 0]) => disk);
        expect(into.every((disk) => disk === id || disk >= firstSubordinateId)).toBe(true);
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

  it('is the user who had it created', () => {
    writeFileSync(at(`${container}.json`), writeSharingRecord({ uid: 1234, gid: 55 }));
    for (const records of ['required', 'root-without'] as const)
      expect(rangeOwnerOf(container, options(records))).toBe(1234);
  });

  it("without a record: root if no gateway guards, else the builds', or unknown", () => {
    expect(
      ['root-without', 'required'].map((records) =>
        rangeOwnerOf(container, options(records as SharingOptions['records'])),
      ),
    ).toEqual([0, 'unnamed']);
    expect(rangeOwnerOf('q7hk2mzr0p4w8xv1t5c9n3b6d', options('required'))).toBe('builds');
  });

  it('with an invalid record: unknown', () => {
    writeFileSync(at(`${container}.json`), '{"version":1,"uid":');
    for (const records of ['required', 'root-without'] as const)
      expect(rangeOwnerOf(container, options(records))).toBe('unnamed');
  });

  it('of before ranges had owners: retired if unknown', () => {
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

  it('not what the engine stores, nor its volumes on file systems of their own; all else is', () => {
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

  it("finds the engine's data root from the container's root file system, the innermost match", () => {
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

describe('A8: the sharing user', () => {
  /**
   * All ids that are not the container's keep their number, which no process of the container has; nothing
   * but its own ids is mapped into the range.
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
  } as OciSpec; // the only fields that are read
  const shares = (
    container: string,
    records: SharingOptions['records'] = 'required',
    reach: Reach = { refuseUnreachable: () => undefined },
    process: unknown = spec['process'],
  ) => {
    const plan = new PlanBuilder();
    return {
      plan,
      shares: sharesOf(
        { container, spec: { ...spec, process }, plan, base: firstBase, reach },
        {
          directory: at('sharing'),
          records,
          subordinates: openSubordinateStore({ directory: at('own'), etc: at('etc') }),
        },
      ),
    };
  };
  const share = (source: string) => ({ source, identity: { device: 1n, inode: 1n } });
  const record = (container: string, text: string) => {
    mkdirSync(at('sharing'), { recursive: true });
    writeFileSync(at('sharing', `${container}.json`), text);
  };

  it('must be known, unless no gateway guards the engine', () => {
    expect(() => shares('a').shares.namespaceFor(share('/tmp'))).toThrow(
      'enhanced container isolation: it is not known who shares /tmp with this container ' +
        `(there is no ${at('sharing', 'a.json')}; see the gateway's log): recreate the container (A8)`,
    );
    const without = shares('a', 'root-without');
    without.shares.namespaceFor(share('/tmp'));
    expect([mapsOf(without.plan), without.shares.maps()]).toEqual([[rootMap], null]);
    record('b', 'rubbish');
    for (const records of ['required', 'root-without'] as const)
      expect(() => shares('b', records).shares.namespaceFor(share('/tmp'))).toThrow(
        `not known who shares /tmp with this container (${at('sharing', 'b.json')} is no record)`,
      );
  });

  it('root shares ids as they are; others have one map for all they share', () => {
    record('root', writeSharingRecord({ uid: 0, gid: 0 }));
    const root = shares('root');
    root.shares.namespaceFor(share('/tmp'));
    expect([mapsOf(root.plan), root.shares.maps()]).toEqual([[rootMap], null]);
    record('user', writeSharingRecord({ uid: 1234, gid: 77 }));
    const { shares: user, plan } = shares('user');
    expect(user.maps()).toBeNull();
    const namespace = user.namespaceFor(share('/tmp'));
    expect(mapsOf(plan)[0]).toMatch(/^1234 1000013824 1\n/);
    expect(user.namespaceFor(share('/usr'))).toBe(namespace);
    expect([user.maps()?.uids[0], user.maps()?.gids[0]]).toEqual([
      { disk: 1234, inside: 0, size: 1 },
      { disk: 77, inside: 0, size: 1 },
    ]);
  });

  it("is the user that the record has, else by the container's first process", () => {
    const reach = { refuseUnreachable: () => undefined };
    const insideOf = (container: string, process: unknown) => {
      const { shares: user } = shares(container, 'required', reach, process);
      user.namespaceFor(share('/tmp'));
      const maps = user.maps();
      return [toInside(maps?.uids ?? [], 1234), toInside(maps?.gids ?? [], 77)];
    };
    const withVariable = { user: { uid: 0, gid: 0 }, env: ['PATH=/bin', 'LOCAL_UID=1234'] };
    record('user', writeSharingRecord({ uid: 1234, gid: 77 }));
    expect(insideOf('user', { user: { uid: 1234, gid: 5 }, env: [] })).toEqual([1234, 0]);
    expect(insideOf('user', withVariable)).toEqual([1234, 77]);
    expect(insideOf('user', { user: { uid: 0, gid: 0 }, env: 'LOCAL_UID=1234' })).toEqual([0, 0]);
    expect(insideOf('user', null)).toEqual([0, 0]);
    record('chosen', writeSharingRecord({ uid: 1234, gid: 77 }, { inside: { uid: 33, gid: 0 } }));
    expect(insideOf('chosen', withVariable)).toEqual([33, 0]);
    record('bad', JSON.stringify({ version: 1, uid: 1234, gid: 77, inside: { uid: 70_000, gid: 0 } }));
    expect(() => insideOf('bad', withVariable)).toThrow('not known who shares');
  });

  it('cannot share what they have no access to, or what was not checked', () => {
    record('user', writeSharingRecord({ uid: 1234, gid: 77 }));
    expect(() => shares('user', 'required', nothingChecked).shares.namespaceFor(share('/tmp'))).toThrow(
      'it was not checked whether user 1234 has access to /tmp',
    );
  });
});
