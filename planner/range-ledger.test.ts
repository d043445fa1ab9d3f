import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RangeLedger } from './range-ledger.ts';
import { rangeQuota, type RangeOwner } from './range-owner.ts';
import { firstBase, lastBase, rangeSize } from './id-ranges.ts';
import { openRangeStore } from './ranges.ts';
import type { RangeStore, RangeStoreOptions } from './range-store.ts';

const alice = 1000,
  bob = 1001;
let directory: string, claims: string, owners: string, mark: string, logLines: string[];
beforeEach(() => {
  // In memory: some tests make 50,000 files.
  directory = mkdtempSync(path.join(existsSync('/dev/shm') ? '/dev/shm' : os.tmpdir(), 'range-ledger-'));
  claims = path.join(directory, 'claims');
  owners = path.join(directory, 'owners');
  mark = path.join(directory, 'mark');
  logLines = [];
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const log = (line: string) => {
  logLines.push(line);
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
/** What a reboot leaves of /run. */
const reboot = () => {
  rmSync(claims, { recursive: true, force: true });
};
const slot = (number: number) => firstBase + number * rangeSize;
const entries = () =>
  readdirSync(owners)
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
const entry = (base: number) => path.join(owners, String(base));
/** Has every range but the first `free` ones be somebody's. */
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
    // He ended since the last look.
    expect(store.claim('c', alice)).not.toBe(first);
    store.refresh();
    expect(store.claim('d', alice)).toBe(first);
  });

  it("that ended with its container's processes is given again without a look in between", () => {
    let usedBases = new Set<number>();
    const store = open('/e', { inUse: () => usedBases });
    const first = store.claim('a', alice);
    usedBases = new Set([first]);
    store.refresh();
    usedBases = new Set();
    store.release('a');
    expect(store.claim('b', alice)).toBe(first);
  });

  it("that two planners record at once is one owner's, and the other gets another", () => {
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
  it('one user does not use up the machine; root is not limited', () => {
    openLedger();
    for (let number = 0; number < rangeQuota(alice); number++)
      writeFileSync(entry(slot(number)), JSON.stringify({ version: 1, base: slot(number), owner: alice }));
    const inUse = new Set(entries());
    const store = open('/e', { inUse: () => inUse });
    expect(() => store.claim('a', alice)).toThrow(
      /enhanced container isolation: user 1000 had 4096 id ranges, which is the most, .*bulkhead ranges list/,
    );
    expect(readdirSync(claims)).toEqual([]);
    inUse.delete(slot(5));
    store.refresh();
    expect(store.claim('b', alice)).toBe(slot(5));
    expect(store.claim('c', bob)).toBe(slot(rangeQuota(alice)));
    expect(store.claim('d', 0)).toBe(slot(rangeQuota(alice) + 1));
  });

  it("when every range is somebody's, owners without a free one are refused and others go on", () => {
    takeAllBut(1);
    const store = open();
    expect(store.claim('a', alice)).toBe(slot(0));
    expect(() => store.claim('b', alice)).toThrow(
      /no id range of this machine is left that nobody had, and none that user 1000 had is free/,
    );
    expect(() => store.claim('c', 0)).toThrow(/none that root had is free/);
    store.release('a');
    expect(store.claim('d', alice)).toBe(slot(0));
    expect(store.claim('e', bob)).toBe(slot(1));
  }, 120_000);
});

describe('a range whose record fails is not assigned', () => {
  it.each([
    ['empty', ''],
    ['cut off', '{"version":1,"ba'],
    ["another range's", JSON.stringify({ version: 1, base: slot(1), owner: alice })],
    ['of a later version', JSON.stringify({ version: 2, base: slot(0), owner: alice })],
    ["not an owner's", JSON.stringify({ version: 1, base: slot(0), owner: -1 })],
  ])('an entry that is %s, which is reported once', (_, content) => {
    openLedger();
    writeFileSync(entry(slot(0)), content);
    const store = open();
    for (let number = 1; number < 4; number++) expect(store.claim(`a${number}`, alice)).toBe(slot(number));
    store.refresh();
    expect(logLines.filter((line) => line.includes(entry(slot(0))))).toHaveLength(1);
    expect(store.ownerOf(slot(0))).toBe('unreadable');
    writeFileSync(entry(slot(0)), JSON.stringify({ version: 1, base: slot(0), owner: alice }));
    store.refresh();
    expect(store.claim('b', alice)).toBe(slot(0));
  });

  it('an entry that became unreadable while it was not used', () => {
    const store = open();
    const first = store.claim('a', alice);
    store.release('a');
    writeFileSync(entry(first), '');
    expect(store.claim('b', alice)).not.toBe(first);
    expect(readdirSync(claims)).toHaveLength(1);
  });

  it('a lost directory: owners get their own ranges; doubtful ones are not used until it is back', () => {
    const store = open();
    const [first] = ['a', 'b'].map((id) => store.claim(id, alice));
    const bobs = store.claim('c', bob);
    store.release('a');
    rmSync(owners, { recursive: true });
    expect(store.claim('d', alice)).toBe(first);
    expect(() => store.claim('e', alice)).toThrow(
      /owners is missing or incomplete, so it is not known whose .* mkdir -p -m 700/,
    );
    expect(() => store.claim('f', 0)).toThrow(/is missing or incomplete/);
    // Not even by a planner that starts now.
    expect(() => open('/other').claim('g', 0)).toThrow(/is missing or incomplete/);
    // What is remembered is written again, in whatever way the directory comes back.
    mkdirSync(owners, { mode: 0o700 });
    writeFileSync(path.join(owners, 'format'), '');
    expect([first, bobs]).not.toContain(store.claim('h', 0));
    expect(entries()).toHaveLength(4);
    reboot();
    expect(open('/other').claim('i', bob)).toBe(bobs);
  });

  it('deleted entries are written again by a process that has them in memory', () => {
    const store = open();
    const first = store.claim('a', alice);
    store.release('a');
    rmSync(entry(first));
    expect(store.claim('b', bob)).not.toBe(first);
    expect(entries()).toHaveLength(2);
    rmSync(entry(first));
    expect(store.claim('c', alice)).toBe(first);
    expect(entries()).toHaveLength(2);
  });

  it('a range whose release root has recorded is not remembered', () => {
    const store = open();
    const first = store.claim('a', alice);
    store.release('a');
    writeFileSync(path.join(owners, `released-${first}`), '');
    rmSync(entry(first));
    expect(store.claim('b', alice)).not.toBe(first);
    reboot();
    store.refresh();
    expect(store.ownerOf(first)).toBeNull();
  });

  it.skipIf(process.getuid?.() !== 0)(
    'a full disk: owners get what is theirs, and nobody anything else',
    () => {
      mkdirSync(owners);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=700', 'none', owners]);
      try {
        const store = open();
        const first = store.claim('a', alice);
        store.release('a');
        for (let number = 0, full = false; !full; number++) {
          try {
            writeFileSync(path.join(owners, `fill${number}`), Buffer.alloc(4096));
          } catch {
            full = true;
          }
        }
        expect(() => store.claim('b', bob)).toThrow(
          /it cannot be recorded in .*owners whose id range \d+ is \(.*ENOSPC.*free space there/,
        );
        expect(readdirSync(claims)).toEqual([]);
        expect(store.claim('c', alice)).toBe(first);
        expect(() => store.claim('d', alice)).toThrow(/ENOSPC/);
        expect(entries()).toEqual([first]);
        rmSync(path.join(owners, 'fill0'));
        expect(store.claim('e', bob)).not.toBe(first);
      } finally {
        execFileSync('umount', [owners]);
      }
    },
  );

  it('a directory that cannot be made does not keep the planner from starting', () => {
    writeFileSync(owners, 'a file');
    const ledger = () =>
      openRangeStore({
        directory: claims,
        root: '/e',
        ledger: openLedger(),
        ownerOf: () => 0,
        inUse: () => new Set(),
        log,
      });
    expect(() => ledger().claim('a', 0)).toThrow(/is missing or incomplete/);
    expect(logLines.some((line) => line.includes('cannot be made'))).toBe(true);
  });
});

describe('ranges from before owners were recorded', () => {
  it("get the container's creator as owner when a planner finds them, or none if unknown", () => {
    mkdirSync(claims);
    const claim = (number: number, root: string, id: string) => {
      writeFileSync(path.join(claims, String(slot(number))), JSON.stringify({ root, id }));
    };
    claim(0, '/e', 'running');
    claim(1, '/e', 'orphan');
    claim(2, '/nonexistent-engine', 'x');
    const ownerOf = (id: string) => (id === 'running' ? alice : 'retired');
    const store = open('/e', { ownerOf });
    store.addHolder(slot(0), 'running');
    for (const { base } of store.orphans()) store.free(base);
    for (const base of store.abandoned(new Set())) store.free(base);
    expect([0, 1, 2].map((number) => store.ownerOf(slot(number)))).toEqual([alice, 'retired', 'retired']);
    store.release('running');
    expect(store.claim('a', bob)).toBe(slot(3));
    expect(store.claim('b', alice)).toBe(slot(0));
  });

  it('are kept claimed where that cannot be recorded', () => {
    mkdirSync(claims);
    writeFileSync(path.join(claims, String(slot(0))), JSON.stringify({ root: '/e', id: 'running' }));
    const store = open('/e', { ownerOf: () => alice });
    rmSync(owners, { recursive: true });
    store.addHolder(slot(0), 'running');
    store.release('running');
    expect(readdirSync(claims)).toEqual([String(slot(0))]);
    expect(logLines.some((line) => line.includes('the range is kept'))).toBe(true);
  });
});

it('a planner killed while it records leaves no half entry, and no range that two owners get', async () => {
  const module = (name: string) => JSON.stringify(path.join(import.meta.dirname, name));
  const script = `const { openRangeStore } = await import(${module('ranges.ts')});
const { RangeLedger } = await import(${module('range-ledger.ts')});
const [directory, owners, owner] = process.argv.slice(1);
const log = (line) => console.error(line);
const ledger = new RangeLedger({ directory: owners, mark: null, log });
const facts = { ownerOf: () => Number(owner), inUse: () => new Set(), listed: () => [] };
const store = openRangeStore({ directory, root: '/e' + owner, ledger, log, ...facts });
for (let i = 0; i < 200; i++) console.log(store.claim('c' + i, Number(owner)));`;
  const given = new Map<number, number>();
  for (const ms of [0, 5, 20]) {
    await Promise.all(
      [alice, bob].map(async (owner) => {
        const child = spawn(
          process.execPath,
          ['--input-type=module', '-e', script, claims, owners, String(owner)],
          { stdio: ['ignore', 'pipe', 'inherit'] },
        );
        let text = '';
        child.stdout.on('data', (part: Buffer) => {
          // At whatever it is doing then.
          if (text === '')
            setTimeout(() => {
              child.kill('SIGKILL');
            }, ms);
          text += part.toString();
        });
        await once(child, 'close');
        for (const line of text.split('\n').slice(0, -1)) {
          expect(given.get(Number(line)) ?? owner).toBe(owner);
          given.set(Number(line), owner);
        }
      }),
    );
    reboot();
  }
  const ledger = openLedger();
  for (const [base, owner] of given) expect(ledger.ownerOf(base)).toBe(owner);
  for (const base of entries()) expect([alice, bob]).toContain(ledger.ownerOf(base));
  expect(readdirSync(owners).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(logLines).toEqual([]);
}, 60_000);

it('a ledger that root alone may read stays so whatever the umask', () => {
  const before = process.umask(0);
  try {
    openLedger().record(slot(0), alice);
  } finally {
    process.umask(before);
  }
  expect([statSync(owners).mode & 0o777, statSync(entry(slot(0))).mode & 0o777]).toEqual([0o700, 0o600]);
});
