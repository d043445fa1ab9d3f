import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RangeLedger } from './range-ledger.ts';
import { diskMap } from './disk-maps.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { firstBase, lastBase } from './id-ranges.ts';
import { openRangeStore } from './ranges.ts';
import type { RangeStore, RangeStoreOptions } from './range-store.ts';

let directory: string, ledgers: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-ranges-'));
  ledgers = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-range-owners-'));
});
afterEach(() => {
  for (const each of [directory, ledgers]) rmSync(each, { recursive: true, force: true });
});

/** A store of claims in `claims`, with its ledger. */
function openStore(
  claims: string,
  root: string,
  inUse: RangeStoreOptions['inUse'],
  listed: RangeStoreOptions['listed'] = () => [],
): RangeStore {
  const ledger = new RangeLedger({
    directory: path.join(ledgers, path.basename(claims)),
    mark: null,
    log: () => undefined,
  });
  return openRangeStore({
    directory: claims,
    root,
    ledger,
    ownerOf: () => 0,
    log: () => undefined,
    ...(inUse === undefined ? {} : { inUse }),
    listed,
  });
}

it('A3: of two planners that find an abandoned claim one frees it, and never a newer claim', () => {
  writeFileSync(
    path.join(directory, String(firstBase)),
    JSON.stringify({ root: '/nonexistent-engine', id: 'z' }),
  );
  const [a, b] = ['/a', '/b'].map((root) => openStore(directory, root, () => new Set()));
  expect(a?.abandoned(new Set())).toEqual([firstBase]);
  expect(b?.abandoned(new Set())).toEqual([firstBase]);
  // The other one is in the middle of its work.
  writeFileSync(path.join(directory, `.free.${firstBase}`), '');
  a?.free(firstBase);
  expect(readdirSync(directory)).toContain(String(firstBase));
  rmSync(path.join(directory, `.free.${firstBase}`));
  a?.free(firstBase);
  writeFileSync(path.join(directory, String(firstBase)), JSON.stringify({ root: directory, id: 'new' }));
  b?.free(firstBase);
  expect(readdirSync(directory)).toEqual([String(firstBase)]);
});

it('A2, A5: the map of layers and volumes contains no id outside the range, whatever is on disk', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: (lastBase - firstBase) / rangeSize }), (slot) => {
      const base = firstBase + slot * rangeSize;
      const lines = diskMap(base)
        .trim()
        .split('\n')
        .map((line) => line.split(' ').map(Number));
      expect(lines).toEqual([[0, base, rangeSize]]);
    }),
  );
});

it('frees claims that a power failure left empty, and none of this boot (A3)', () => {
  const open = () => openStore(directory, '/engine', () => new Set());
  const old = open().claim('c1', 0);
  writeFileSync(path.join(directory, String(old)), '');
  utimesSync(path.join(directory, String(old)), 1, 1);
  writeFileSync(path.join(directory, String(old + rangeSize)), '');
  open();
  expect(readdirSync(directory).map(Number)).toEqual([old + rangeSize]);
});

it('opens, and claims others, if something else has the name of a claim or an unfinished one (A3)', () => {
  const open = () => openStore(directory, '/engine', () => new Set());
  for (const name of [String(firstBase), `.${2 ** 30}.x`, `.free.${firstBase}`]) {
    mkdirSync(path.join(directory, name));
    utimesSync(path.join(directory, name), 1, 1);
  }
  expect(open().claim('c1', 0)).toBe(firstBase + rangeSize);
});

it('A3: a planner killed while freeing an abandoned claim does not block the next one', () => {
  writeFileSync(
    path.join(directory, String(firstBase)),
    JSON.stringify({ root: '/nonexistent-engine', id: 'z' }),
  );
  writeFileSync(path.join(directory, `.free.${firstBase}`), JSON.stringify({ pid: 4_194_304 }));
  openStore(directory, '/e', () => new Set()).free(firstBase);
  expect(readdirSync(directory)).toEqual([]);
});
