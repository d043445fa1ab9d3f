import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SocketMount } from '../base/socket-mount.ts';
import { IdOwners, type IdOwnersOptions } from './id-owners.ts';
import { identifyCaller } from './identify-caller.ts';

let dir: string;
let accounts: Map<string, string>;
let lookups: string[];
let clock: number;
const at = (name: string) => path.join(dir, name);

beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bulkhead-id-owners-'));
  await mkdir(at('sub'));
  await mkdir(at('ranges'));
  await writeFile(at('subuid'), '# users\nalice:100000:65536\n1001:165536:65536\nroot:1000000:65536\n');
  accounts = new Map([['alice', 'alice:x:1000:1000::/home/alice:/bin/sh']]);
  lookups = [];
  clock = 0;
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const read = (more: Partial<IdOwnersOptions> = {}) =>
  IdOwners.read({
    etc: dir,
    subordinateDirectory: at('sub'),
    rangeDirectory: at('ranges'),
    lookUpIntervalMs: 0,
    now: () => clock,
    queryDatabase: (_, key) => {
      lookups.push(key);
      return Promise.resolve(accounts.get(key) ?? null);
    },
    ...more,
  });
/** Unknown at first: the caller does not wait for the look-up. */
async function known(owners: IdOwners, uid: number): Promise<number | null> {
  expect(owners.ownerOf(uid)).toBeNull();
  await owners.settled();
  return owners.ownerOf(uid);
}

describe('the owner of an id', () => {
  it("a user's own id is found without a look-up", async () => {
    const owners = await read();
    for (const uid of [0, 1, 1000, 99_999, 231_072, 600_113_151]) expect(owners.ownerOf(uid)).toBe(uid);
    expect(lookups).toEqual([]);
  });

  it('the user whose range of /etc/subuid it is in, by name or number', async () => {
    const owners = await read();
    expect(await known(owners, 100_000)).toBe(1000);
    expect(await known(owners, 165_535)).toBe(1000);
    expect(await known(owners, 231_071)).toBe(1001);
  });

  it("the user to whom the planner allocated it, or whose containers' range it is in", async () => {
    await writeFile(at('sub/600178688'), '{"uid":1002,"base":600178688}');
    await writeFile(at('ranges/1000079360'), '{"version":1,"base":1000079360,"owner":1003}');
    await writeFile(at('ranges/1000144896'), '{"version":1,"base":1000144896,"owner":"builds"}');
    const owners = await read();
    expect(await known(owners, 600_178_688 + 33)).toBe(1002);
    expect(await known(owners, 1_000_079_360 + 65_535)).toBe(1003);
    for (const uid of [600_113_152, 1_000_013_824, 1_000_144_896, 4_000_000_000])
      expect(await known(owners, uid)).toBeNull();
  });

  it('never root, whatever the files contain', async () => {
    await writeFile(at('ranges/1000013824'), '{"version":1,"base":1000013824,"owner":0}');
    const owners = await read();
    expect(await known(owners, 1_000_000)).toBeNull();
    expect(await known(owners, 1_000_013_824)).toBeNull();
  });

  it('unknown by a record that is broken, or of another range', async () => {
    await writeFile(at('ranges/1000013824'), '{"version":1,"base":1000079360,"owner":1003}');
    await writeFile(at('ranges/1000079360'), '{');
    const owners = await read();
    for (const uid of [1_000_013_824, 1_000_079_360]) expect(await known(owners, uid)).toBeNull();
  });

  it('the account with that id, although it is in a range', async () => {
    accounts.set('700000000', 'carol:x:700000000:100::/:/bin/sh');
    const owners = await read();
    expect(await known(owners, 700_000_000)).toBe(700_000_000);
  });

  it('is cached, and refreshed in the background when it is old', async () => {
    const owners = await read();
    await known(owners, 100_000);
    lookups = [];
    owners.ownerOf(100_000);
    await owners.settled();
    expect(lookups).toEqual([]);
    clock += 61_000;
    expect(owners.ownerOf(100_000)).toBe(1000);
    await owners.settled();
    expect(lookups).toEqual(['100000', 'alice']);
  });

  it('is looked up for a limited number at a time', async () => {
    const owners = await read();
    for (let uid = 100_000; uid < 110_000; uid++) expect(owners.ownerOf(uid)).toBeNull();
    await owners.settled();
    expect(lookups.filter((key) => key !== 'alice').length).toBe(64);
  });

  it('follows /etc/subuid; without it there are no further ids', async () => {
    const owners = await read();
    await rm(at('subuid'));
    clock += 2000;
    owners.ownerOf(5);
    await owners.settled();
    expect(owners.ownerOf(100_000)).toBe(100_000);
    await writeFile(at('subuid'), 'alice:300000:65536\n');
    clock += 2000;
    owners.ownerOf(5);
    await owners.settled();
    expect(await known(owners, 300_001)).toBe(1000);
  });

  it('reads no more of a huge file than a megabyte', async () => {
    await writeFile(
      at('subuid'),
      `alice:100000:65536\n${`#${'x'.repeat(1022)}\n`.repeat(1024)}bob:165536:65536\n`,
    );
    const owners = await read();
    expect(await known(owners, 100_000)).toBe(1000);
    expect(owners.ownerOf(165_536)).toBe(165_536);
  });
});

describe('the owner of a connection', () => {
  const peer = (uid: number) => ({ pid: 1, uid, gid: 0 });
  const owners = { ownerOf: (uid: number) => (uid >= 100_000 ? (uid === 100_000 ? 1000 : null) : uid) };
  // all that is used
  const mount = (createdBy: number | null) => ({ get: () => ({ createdBy }) as SocketMount });
  const clients = (uid: number) => identifyCaller({ kind: 'clients' }, peer(uid), { owners, mounts: null });
  const socket = (createdBy: number | null) =>
    identifyCaller({ kind: 'socket-mount', id: 'x' as SocketMount['id'] }, peer(0), {
      owners,
      mounts: mount(createdBy),
    });

  it('all ids of a user are one caller; ids without a known user are one together', () => {
    expect(clients(100_000)).toEqual(clients(1000));
    expect(clients(100_001)).toEqual(clients(100_002));
    expect(new Set([0, 1000, 1001, 100_001].map((uid) => clients(uid).name)).size).toBe(4);
    expect(identifyCaller({ kind: 'clients' }, null, { owners, mounts: null })).toEqual(clients(100_001));
    expect(clients(0).holders).toEqual([{ kind: 'root' }]);
  });

  it("a container's socket is a caller of its own, and counts for its creator, too", () => {
    expect(socket(1000)).toEqual({
      name: 'socket x',
      holders: [
        { kind: 'socket', id: 'x' },
        { kind: 'user', uid: 1000 },
      ],
    });
    for (const maker of [0, null]) expect(socket(maker).holders).toEqual([{ kind: 'socket', id: 'x' }]);
  });
});
