import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainText, type Message } from '../../shared/messages/message.ts';
import { RangeLedger } from './range-ledger.ts';
import { rangeQuota, type RangeOwner } from './range-owner.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { lastBase } from './id-ranges.ts';
import { openRangeStore } from './ranges.ts';
import type { RangeStore, RangeStoreOptions } from './range-store.ts';
import { slot, bob, alice } from './range-ledger-fixture.ts';

let directory: string, claims: string, owners: string, mark: string, logLines: string[];
beforeEach(() => {
  // In memory: some tests make 50,000 files.
  directory = mkdtempSync(
    path.join(existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir(), 'bulkhead-range-ledger-'),
  );
  claims = path.join(directory, 'claims');
  owners = path.join(directory, 'owners');
  mark = path.join(directory, 'mark');
  logLines = [];
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const log = (line: string | Message) => {
  logLines.push(plainText(line));
};
const openLedger = () => new RangeLedger({ directory: owners, mark, log });
/** A planner's store, as after its start. */
function open(root = '/e', more: Partial<RangeStoreOptions> = {}): RangeStore {
  return openRangeStore({
    directory: claims,
    root,
    ledger: openLedger(),
    ownerOf: () => 'retired',
    inUse: () => new Set(),
    listed: () => [],
    log,
    ...more,
  });
}
/** The effect of a reboot on /run. */
const reboot = () => {
  rmSync(claims, { recursive: true, force: true });
};
const entries = () =>
  readdirSync(owners)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
const entry = (base: number) => path.join(owners, String(base));
/** Gives every range but the first `free` ones an owner. */
function takeAllBut(free: number): void {
  openLedger();
  const ledger = new RangeLedger({ directory: owners, mark, log });
  for (let base = slot(free); base <= lastBase; base += rangeSize) {
    writeFileSync(entry(base), JSON.stringify({ version: 1, base, owner: bob }));
  }
  ledger.refresh();
}

describe('a range', () => {
  it("is its owner's for good, over releases, restarts, engines and reboots; others get others", () => {
    const store = open();
    const first = store.claim('a', alice);
    store.release('a');
    expect(store.claim('b', bob)).not.toBe(first);
    expect(open('/other').claim('c', 0)).not.toBe(first);
    reboot();
    const other = open('/other');
    for (const owner of [bob, bob, 0, 0, 'builds', 'unnamed'] as const)
      expect(other.claim(`c-${owner}-${entries().length}`, owner)).not.toBe(first);
    expect(other.claim('again', alice)).toBe(first);
    expect(other.ownerOf(first)).toBe(alice);
    expect(statSync(owners).mode & 0o777).toBe(0o700);
    expect(JSON.parse(readFileSync(entry(first), 'utf8'))).toEqual({ version: 1, base: first, owner: alice });
  });

  it('is recorded where only root can read, below a directory that users can pass through', () => {
    const above = path.join(directory, 'lib');
    const below = path.join(above, 'range-owners');
    new RangeLedger({ directory: below, mark: null, log });
    expect([above, below].map((each) => statSync(each).mode & 0o777)).toEqual([0o711, 0o700]);
  });

  it('never has two owners, over any claims, releases, restarts and reboots of two engines', () => {
    const step = fc.oneof(
      {
        weight: 6,
        arbitrary: fc.record({
          kind: fc.constant('claim' as const),
          engine: fc.nat(1),
          owner: fc.constantFrom<RangeOwner>(0, alice, bob, 'builds'),
        }),
      },
      { weight: 4, arbitrary: fc.record({ kind: fc.constant('release' as const), pick: fc.nat() }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const), engine: fc.nat(1) }) },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant('reboot' as const) }) },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        for (const each of [claims, owners, mark]) rmSync(each, { recursive: true, force: true });
        let stores = [open('/e0'), open('/e1')];
        let live: { engine: number; id: string; base: number }[] = [];
        const had = new Map<number, RangeOwner>();
        let made = 0;
        for (const it of steps) {
          if (it.kind === 'claim') {
            const id = `c${made++}`;
            const base = stores[it.engine]?.claim(id, it.owner) ?? 0;
            expect(had.get(base) ?? it.owner).toBe(it.owner);
            expect(live.map((container) => container.base)).not.toContain(base);
            had.set(base, it.owner);
            live.push({ engine: it.engine, id, base });
          } else if (it.kind === 'release') {
            const [container] = live.splice(live.length === 0 ? 0 : it.pick % live.length, 1);
            if (container !== undefined) stores[container.engine]?.release(container.id);
          } else {
            if (it.kind === 'reboot') {
              reboot();
              live = [];
            }
            stores = stores.map((store, engine) =>
              it.kind === 'reboot' || it.engine === engine ? open(`/e${engine}`) : store,
            );
            for (const { engine, base, id } of live)
              if (it.kind === 'reboot' || it.engine === engine) stores[engine]?.addHolder(base, id);
          }
          expect(new Map(entries().map((base) => [base, openLedger().ownerOf(base)]))).toEqual(had);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('that an owner has is reused before an unowned one, without waiting for the disk', () => {
    const store = open();
    for (const id of ['a', 'b', 'a', 'b', 'a']) {
      store.claim(id, alice);
      store.release(id);
    }
    expect(entries()).toHaveLength(1);
  });

  it('is not reassigned while a process outside uses its ids, and is afterwards', () => {
    let usedBases = new Set<number>();
    const store = open('/e', { inUse: () => usedBases });
    const first = store.claim('a', alice);
    usedBases = new Set([first]);
    store.refresh();
    store.release('a');
    expect(store.claim('b', alice)).not.toBe(first);
    store.refresh();
    usedBases = new Set();
    // The process has exited since the last read.
    expect(store.claim('c', alice)).not.toBe(first);
    store.refresh();
    expect(store.claim('d', alice)).toBe(first);
  });

  it("that ended with its container's processes is handed out again without another read", () => {
    let usedBases = new Set<number>();
    const store = open('/e', { inUse: () => usedBases });
    const first = store.claim('a', alice);
    usedBases = new Set([first]);
    store.refresh();
    usedBases = new Set();
    store.release('a');
    expect(store.claim('b', alice)).toBe(first);
  });

  it('that two planners record concurrently belongs to one owner, and the other gets another', () => {
    const one = openLedger(),
      two = openLedger();
    expect([one.record(slot(0), alice), two.record(slot(0), bob), two.record(slot(0), alice)]).toEqual([
      true,
      false,
      true,
    ]);
    expect([one.ownerOf(slot(0)), two.ownerOf(slot(0))]).toEqual([alice, alice]);
  });
});

describe('quota', () => {
  it('one user cannot use up the machine; root is not limited', () => {
    openLedger();
    for (let number = 0; number < rangeQuota(alice); number++)
      writeFileSync(entry(slot(number)), JSON.stringify({ version: 1, base: slot(number), owner: alice }));
    const inUse = new Set(entries());
    const store = open('/e', { inUse: () => inUse });
    expect(() => store.claim('a', alice)).toThrow(
      /^enhanced container isolation: user 1000 had 4096 id ranges, which is the most, .*list --root \/e\)$/,
    );
    expect(readdirSync(claims)).toEqual([]);
    inUse.delete(slot(5));
    store.refresh();
    expect(store.claim('b', alice)).toBe(slot(5));
    expect(store.claim('c', bob)).toBe(slot(rangeQuota(alice)));
    expect(store.claim('d', 0)).toBe(slot(rangeQuota(alice) + 1));
  });

  it('when every range has an owner, owners without a free one are refused and others are served', () => {
    takeAllBut(1);
    const store = open();
    expect(store.claim('a', alice)).toBe(slot(0));
    expect(() => store.claim('b', alice)).toThrow(
      /every id range of this machine has an owner or is in use, and none that belongs to user 1000 is free/,
    );
    expect(() => store.claim('c', 0)).toThrow(/none that belongs to root is free/);
    store.release('a');
    expect(store.claim('d', alice)).toBe(slot(0));
    expect(store.claim('e', bob)).toBe(slot(1));
  }, 120_000);
});
