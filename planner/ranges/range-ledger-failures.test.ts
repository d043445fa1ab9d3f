import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainText, type Message } from '../../shared/messages/message.ts';
import { RangeLedger } from './range-ledger.ts';
import { openRangeStore } from './ranges.ts';
import type { RangeStore, RangeStoreOptions } from './range-store.ts';
import { slot, alice, bob } from './range-ledger-fixture.ts';
import { requires } from '../../tests/support/requires.ts';

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

describe('a range whose record fails is not handed out', () => {
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

  it('a lost directory: owners get their own ranges; doubtful ones are not used until it is restored', () => {
    const store = open();
    const [first] = ['a', 'b'].map((id) => store.claim(id, alice));
    const bobs = store.claim('c', bob);
    store.release('a');
    rmSync(owners, { recursive: true });
    expect(store.claim('d', alice)).toBe(first);
    expect(() => store.claim('e', alice)).toThrow(
      /owners is missing or incomplete, so the owners of .* mkdir -p -m 700/,
    );
    expect(() => store.claim('f', 0)).toThrow(/is missing or incomplete/);
    // Not even by a planner that starts now.
    expect(() => open('/other').claim('g', 0)).toThrow(/is missing or incomplete/);
    // Cached entries are written again, however the directory is restored.
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

  it('what another planner records meanwhile is noticed the next time', () => {
    const others = openLedger();
    const ledger = new RangeLedger({
      directory: owners,
      mark,
      log: () => others.record(slot(1), bob),
    });
    ledger.record(slot(0), alice);
    rmSync(entry(slot(0)));
    utimesSync(owners, 1, 1);
    ledger.refresh();
    expect(entries()).toHaveLength(2);
    expect(ledger.refresh()).toBe(true);
    expect(ledger.ownerOf(slot(1))).toBe(bob);
  });

  it('a range whose release root has recorded is not cached', () => {
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

  it.runIf(requires('root'))('a full disk: owners get what is theirs, and nobody anything else', () => {
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
        /the owner of id range \d+ cannot be recorded in .*owners \(.*ENOSPC.*free space there/,
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
  });

  it('a directory that cannot be created does not prevent the planner from starting', () => {
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

  it('are kept claimed if that cannot be recorded', () => {
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

it('a planner killed while recording leaves no partial entry, and no range with two owners', async () => {
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
          // At any point of its work.
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
