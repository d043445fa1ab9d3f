import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SharingUser } from '../../shared/isolation/sharing-user.ts';
import { firstSubordinateId } from '../../shared/isolation/listed-ranges.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { firstBase } from './id-ranges.ts';
import { listedRange, openSubordinateStore } from './subordinate.ts';

let directory: string;
const at = (...parts: string[]) => path.join(directory, ...parts);
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'bulkhead-shares-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
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
    expect(await store().of(user(1001))).toEqual({ uid: 300_000, gid: firstSubordinateId });
  });

  it('are not assigned to ids that users have besides their own, unless an account has that id', async () => {
    mkdirSync(at('etc'));
    writeFileSync(at('etc', 'passwd'), 'root:x:0:0::/:\nalice:x:1000:1000::/:\nlocal:x:600200000:1::/:\n');
    for (const file of ['subuid', 'subgid']) writeFileSync(at('etc', file), 'alice:100000:65536\n');
    for (const uid of [
      100_007,
      firstSubordinateId,
      firstSubordinateId + 7,
      firstBase,
      firstBase + rangeSize + 1,
    ]) {
      await expect(store().of(user(uid))).rejects.toThrow(
        `enhanced container isolation: user ${uid} has no account on this machine`,
      );
    }
    expect(existsSync(at('own'))).toBe(false);
    expect(await store().of(user(600_200_000))).toEqual({ uid: firstSubordinateId, gid: firstSubordinateId });
    const next = firstSubordinateId + rangeSize;
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
    expect(await store().of(user(70_002))).toEqual({ uid: firstSubordinateId, gid: firstSubordinateId });
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

  it('are not guessed while the database does not respond; it is queried only if needed', async () => {
    const silent = () => {
      throw new Error("the machine's user database could not be queried for user 70001");
    };
    mkdirSync(at('etc'));
    writeFileSync(at('etc', 'passwd'), 'alice:x:1000:1000::/:\n');
    writeFileSync(at('etc', 'subuid'), 'alice:100000:65536\nlena:400000:65536\n');
    await expect(store(silent).of(user(70_001))).rejects.toThrow('could not be queried for user 70001');
    expect(existsSync(at('own', 'uid-70001'))).toBe(false);
    writeFileSync(at('etc', 'subuid'), 'alice:100000:65536\n1000:100000:65536\n');
    expect((await store(silent).of(user(70_001))).uid).toBe(firstSubordinateId);
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
      { uid: firstSubordinateId, gid: firstSubordinateId },
      { uid: firstSubordinateId + rangeSize, gid: firstSubordinateId + rangeSize },
    ]);
    expect([
      await store().of(user(2)),
      await store().of(user(1)),
      await store().of({ uid: 1, gid: 99 }),
    ]).toEqual([second, first, first]);
    expect(readdirSync(at('own')).sort()).toEqual([
      String(firstSubordinateId),
      String(firstSubordinateId + rangeSize),
      'uid-1',
      'uid-2',
    ]);
  });

  it('leave out ranges of /etc/subuid, and never start again if a record is invalid', async () => {
    mkdirSync(at('etc'));
    writeFileSync(at('etc', 'subuid'), `bob:${firstSubordinateId + 10}:100\n`);
    expect((await store().of(user(1))).uid).toBe(firstSubordinateId + rangeSize);
    writeFileSync(at('own', 'uid-1'), '{"uid":1,"base":0}');
    await expect(store().of(user(1))).rejects.toThrow('not a record');
  });
});
