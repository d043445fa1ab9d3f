import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findOwner, listRanges, parseOwner, releaseRanges } from './range-admin.ts';
import type { Message } from '../../shared/messages/message.ts';
import { RangeLedger } from './range-ledger.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { firstBase } from './id-ranges.ts';
import { openRangeStore } from './ranges.ts';
import type { RangeStore } from './range-store.ts';
import { requires } from '../../tests/support/requires.ts';

const alice = 21_401,
  bob = 21_402;
let directory: string, owners: string, claims: string, inUse: Set<number>, store: RangeStore;
const log = () => undefined;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-range-admin-'));
  [owners, claims] = [path.join(directory, 'owners'), path.join(directory, 'claims')];
  inUse = new Set();
  store = open();
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** A planner's store. */
function open(): RangeStore {
  const ledger = new RangeLedger({ directory: owners, mark: null, log });
  return openRangeStore({
    directory: claims,
    root: '/e',
    ledger,
    ownerOf: () => 'retired',
    inUse: () => inUse,
    listed: () => [],
    log,
  });
}
const admin = () => ({ owners, claims, inUse: () => inUse, log });

it('an owner is a user id or one of those that are not users', () => {
  expect(
    ['0', '1000', 'builds', 'unnamed', 'retired', '', '-1', '4294967295', 'root', '1e3'].map(parseOwner),
  ).toEqual([0, 1000, 'builds', 'unnamed', 'retired', null, null, null, null, null]);
});

describe('an owner on a command line', () => {
  const queried: string[] = [];
  const lookUp = (users: readonly string[]) => {
    queried.push(...users);
    return Promise.resolve(users[0] === 'alice' ? 'alice:x:1000:1000::/home/alice:/bin/sh\n' : '');
  };

  it.each([
    ['alice', 1000],
    ['1001', 1001],
    ['builds', 'builds'],
    ['nobody-there', null],
  ])('may be the name of a user, too: %s', async (text, owner) => {
    expect(await findOwner(text, lookUp)).toBe(owner);
  });

  it('is looked up only if it can be a name', async () => {
    queried.length = 0;
    const texts = ['4294967295', '1000', 'builds', '', '--service=x', 'a:b', 'a\nb'];
    await Promise.all(texts.map((text) => findOwner(text, lookUp)));
    expect(queried).toEqual([]);
  });

  it("is found in the machine's user database", async () => {
    expect(await findOwner('root')).toBe(0);
  });
});

// As root: nobody else may read who owns the ranges.
describe.runIf(requires('root'))('listing and handing back ranges as root', () => {
  it('lists the owners of the ranges, and what uses them', async () => {
    const [first, second] = [store.claim('a', alice), store.claim('b', alice)];
    store.release('b');
    inUse = new Set([second]);
    store.claim('c', 0);
    store.claim('d', 'builds');
    store.release('d');
    expect(await listRanges(null, admin())).toEqual({
      ok: true,
      value: [
        {
          owner: 0,
          account: 'root',
          ranges: [{ first: second + rangeSize, last: second + 2 * rangeSize - 1, usedBy: 'container' }],
        },
        {
          owner: alice,
          account: null,
          ranges: [
            { first, last: first + rangeSize - 1, usedBy: 'container' },
            { first: second, last: second + rangeSize - 1, usedBy: 'process' },
          ],
        },
        { owner: 'builds', account: null, ranges: [expect.objectContaining({ usedBy: null })] },
      ],
    });
    expect(await listRanges('unnamed', admin())).toEqual({ ok: true, value: [] });
  });

  it('releases ranges of a deleted account: a running planner assigns them to others', () => {
    const first = store.claim('a', alice);
    store.release('a');
    expect(releaseRanges(alice, admin())).toEqual({ ok: true, value: 1 });
    expect(readdirSync(claims)).toEqual([]);
    store.refresh();
    expect(store.ownerOf(first)).toBeNull();
    expect(store.claim('b', alice)).not.toBe(first);
    // Opened again: it has no owner.
    rmSync(claims, { recursive: true });
    expect(open().claim('c', bob)).toBe(first);
    expect(existsSync(path.join(owners, `released-${first}`))).toBe(false);
    expect(new RangeLedger({ directory: owners, mark: null, log }).ownerOf(first)).toBe(bob);
  });

  it('names its reasons as sentences, which the command translates', async () => {
    const base = store.claim('a', alice);
    store.release('a');
    const format = path.join(owners, 'format');
    const withoutLedger = () => {
      // Looked up once more when the ranges are claimed: the ledger is gone by then.
      if (existsSync(path.join(claims, String(base)))) rmSync(format);
      return inUse;
    };
    expect(releaseRanges(alice, { ...admin(), inUse: withoutLedger })).toMatchObject({
      ok: false,
      error: {
        code: 'isolation.planner-failed',
        reason: expect.stringMatching(/owners is missing or incomplete/),
        sentences: {
          reason: { id: 'planner-refusals.owners-missing', params: { directory: owners } },
        },
      },
    });
    writeFileSync(format, '');
    const file = path.join(owners, String(base));
    writeFileSync(file, '{');
    const lines: (string | Message)[] = [];
    await listRanges(null, { ...admin(), log: (line) => lines.push(line) });
    expect(lines).toMatchObject([{ id: 'planner-refusals.owner-unreadable', params: { file } }]);
  });

  it('does not if a container or a process is in one of them, and then none is released', () => {
    const first = store.claim('a', alice);
    store.claim('b', alice);
    store.release('a');
    expect(releaseRanges(alice, admin())).toMatchObject({ ok: false, error: { code: 'containers.running' } });
    store.release('b');
    inUse = new Set([first]);
    expect(releaseRanges(alice, admin())).toMatchObject({
      ok: false,
      error: { code: 'containers.running', reason: `${first}-${first + rangeSize - 1}` },
    });
    expect(store.ownerOf(first)).toBe(alice);
    expect(readdirSync(claims)).toEqual([]);
    inUse = new Set();
    expect(releaseRanges(alice, admin())).toEqual({ ok: true, value: 2 });
  });

  it('does not if a process has entered one since', () => {
    const first = store.claim('a', alice);
    store.release('a');
    let reads = 0;
    expect(
      releaseRanges(alice, { ...admin(), inUse: () => new Set(reads++ === 0 ? [] : [first]) }),
    ).toMatchObject({ ok: false });
    expect([
      readdirSync(claims),
      new RangeLedger({ directory: owners, mark: null, log }).ownerOf(first),
    ]).toEqual([[], alice]);
  });

  it('creates nothing if no engine ever handed out a range', async () => {
    rmSync(owners, { recursive: true });
    expect(await listRanges(null, admin())).toEqual({ ok: true, value: [] });
    expect(releaseRanges(alice, admin())).toEqual({ ok: true, value: 0 });
    expect(existsSync(owners)).toBe(false);
  });

  it("killed during a release: a planner frees its claim; the range is its owner's or unowned", () => {
    mkdirSync(claims, { recursive: true });
    const first = store.claim('a', alice);
    store.release('a');
    writeFileSync(
      path.join(claims, String(first)),
      JSON.stringify({ root: '/proc/4194304', id: 'handed-back' }),
    );
    expect(store.claim('b', alice)).toBe(first + rangeSize);
    for (const base of store.abandoned(new Set())) store.free(base);
    store.release('b');
    expect(store.claim('c', alice)).toBe(first);
    expect(first).toBe(firstBase);
  });
});
