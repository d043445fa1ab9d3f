import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RangeLedger } from './range-ledger.ts';
import { rangeSize } from '../../shared/isolation/range-size.ts';
import { firstBase, isBase, lastBase } from './id-ranges.ts';
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

type Step =
  | { kind: 'claim'; engine: number }
  | { kind: 'release'; pick: number }
  | { kind: 'join'; pick: number }
  | { kind: 'restart'; engine: number };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('claim' as const), engine: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('release' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('join' as const), pick: fc.nat() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restart' as const), engine: fc.nat(1) }) },
);

describe('A3 ranges', () => {
  it('are never shared by two containers, over claims, releases, joins, restarts of two engines', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const own = mkdtempSync(path.join(directory, 'run-'));
        const open = (engine: number) => openStore(own, `/engine${engine}`, () => new Set());
        const stores: [RangeStore, RangeStore] = [open(0), open(1)];
        const live: { engine: number; id: string; base: number; family: string }[] = [];
        let made = 0;
        const at = (engine: number) => (engine === 0 ? stores[0] : stores[1]);
        for (const it of steps) {
          if (it.kind === 'claim') {
            const id = `c${made++}`;
            live.push({ engine: it.engine, id, base: at(it.engine).claim(id, 0), family: id });
          } else if (it.kind === 'restart') {
            // What the planner does: open the directory again, and hold the ranges of its state files.
            const store = open(it.engine);
            for (const container of live)
              if (container.engine === it.engine) store.addHolder(container.base, container.id);
            for (const { base } of store.orphans()) store.free(base);
            stores[it.engine === 0 ? 0 : 1] = store;
          } else {
            const index = live.length === 0 ? -1 : it.pick % live.length;
            const container = live[index];
            if (container === undefined) continue;
            if (it.kind === 'join') {
              const id = `c${made++}`;
              at(container.engine).addHolder(container.base, id);
              live.push({ ...container, id });
            } else {
              at(container.engine).release(container.id);
              live.splice(index, 1);
            }
          }
          const families = new Map<number, string>();
          for (const { base, family } of live) {
            expect(isBase(base)).toBe(true);
            expect(families.get(base) ?? family).toBe(family);
            families.set(base, family);
          }
          expect(
            readdirSync(own)
              .filter((name) => !name.startsWith('.'))
              .map(Number)
              .sort(),
          ).toEqual([...families.keys()].sort());
          expect(readdirSync(own).filter((name) => name.startsWith('.'))).toEqual([]);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('are not reused as long as another one of their owner is free', () => {
    const store = openStore(directory, '/e', () => new Set());
    const [first, second, third] = ['a', 'b', 'c'].map((id) => store.claim(id, 0));
    for (const id of ['b', 'c', 'a']) store.release(id);
    expect(['d', 'e', 'f'].map((id) => store.claim(id, 0))).toEqual([second, third, first]);
  });

  it('wrap around at the end of the id space and skip those in use', () => {
    writeFileSync(path.join(directory, String(lastBase)), JSON.stringify({ root: '/other', id: 'z' }));
    writeFileSync(path.join(directory, String(firstBase)), JSON.stringify({ root: '/other', id: 'y' }));
    const store = openStore(directory, '/e', () => new Set());
    expect(store.claim('a', 0)).toBe(firstBase + rangeSize);
  });

  it("treat an unreadable claim as another's", () => {
    writeFileSync(path.join(directory, String(firstBase)), '');
    const store = openStore(directory, '/e', () => new Set());
    expect(store.orphans()).toEqual([]);
    expect(() => {
      store.addHolder(firstBase, 'a');
    }).toThrow('another engine');
    expect(store.claim('a', 0)).toBe(firstBase + rangeSize);
  });

  it('refuse claiming what is not a base, and freeing what is claimed', () => {
    const store = openStore(directory, '/e', () => new Set());
    expect(() => {
      store.addHolder(0, 'a');
    }).toThrow('not the base');
    expect(() => {
      store.addHolder(firstBase + 1, 'a');
    }).toThrow('not the base');
    const base = store.claim('a', 0);
    expect(() => {
      store.free(base);
    }).toThrow('has a holder');
  });

  it('of an engine whose root is gone are abandoned unless a process uses them; others never', () => {
    const claim = (base: number, root: string) => {
      writeFileSync(path.join(directory, String(base)), JSON.stringify({ root, id: 'z' }));
    };
    claim(firstBase, '/nonexistent-engine');
    claim(firstBase + rangeSize, '/nonexistent-engine');
    claim(firstBase + 2 * rangeSize, directory);
    claim(firstBase + 3 * rangeSize, '/e');
    expect(openStore(directory, '/e', () => new Set()).abandoned(new Set([firstBase + rangeSize]))).toEqual([
      firstBase,
    ]);
  });

  it('restore a claim whose file was lost while the container is running', () => {
    openStore(directory, '/e', () => new Set()).addHolder(firstBase, 'a');
    rmSync(path.join(directory, String(firstBase)));
    openStore(directory, '/e', () => new Set()).addHolder(firstBase, 'a');
    expect(readdirSync(directory)).toEqual([String(firstBase)]);
  });
});

describe('A3 ranges when /run was emptied', () => {
  const nothing = () => new Set<number>();

  it("are claimed again for running containers; those used by other engines' processes are not", () => {
    const store = openStore(directory, '/e', nothing);
    const mine = store.claim('a', 0);
    rmSync(directory, { recursive: true });
    // Another engine's planner starts first; a container of a third one is running.
    const other = openStore(directory, '/other', () => new Set([mine, mine + rangeSize]));
    expect(other.claim('b', 0)).toBe(mine + 2 * rangeSize);
    rmSync(directory, { recursive: true });
    expect(store.claim('c', 0)).not.toBe(mine);
    expect(readdirSync(directory)).toContain(String(mine));
    expect(openStore(directory, '/other', nothing).claim('d', 0)).not.toBe(mine);
    store.release('a');
    store.release('c');
  });

  it('can be released all the same', () => {
    const store = openStore(directory, '/e', nothing);
    store.claim('a', 0);
    rmSync(directory, { recursive: true });
    store.release('a');
    expect(store.orphans()).toEqual([]);
  });
});

it('A3: four engines that claim and release at once never share a range, despite a kill', async () => {
  const owners = path.join(ledgers, path.basename(directory));
  const module = (name: string) => JSON.stringify(path.join(import.meta.dirname, name));
  const script = `const { openRangeStore } = await import(${module('ranges.ts')});
const { RangeLedger } = await import(${module('range-ledger.ts')});
const [directory, root, owners] = process.argv.slice(1);
const log = (line) => console.error(line);
const ledger = new RangeLedger({ directory: owners, mark: null, log });
const facts = { ownerOf: () => 0, inUse: () => new Set(), listed: () => [] };
const store = openRangeStore({ directory, root, ledger, log, ...facts });
const owner = root < '/e2' ? 1000 : 1001;
for (let i = 0; i < 48; i++) {
  console.log('+' + store.claim('c' + i, owner));
  if (i % 3 === 2) store.release('c' + (i - 1));
}`;
  const claims = new Map<string, string[]>();
  await Promise.all(
    ['/e0', '/e1', '/e2', '/e3'].map(
      (root, number) =>
        new Promise<void>((resolve) => {
          const child = spawn(
            process.execPath,
            ['--input-type=module', '-e', script, directory, root, owners],
            { stdio: ['ignore', 'pipe', 'inherit'] },
          );
          let text = '';
          child.stdout.on('data', (part: Buffer) => {
            text += part.toString();
            if (number === 3) child.kill('SIGKILL');
          });
          child.once('close', () => {
            claims.set(
              root,
              text
                .split('\n')
                .filter((line) => line.startsWith('+'))
                .map((line) => line.slice(1)),
            );
            resolve();
          });
        }),
    ),
  );
  // Every range that was handed out and not released is claimed under the right container, and under no
  // other.
  for (const root of ['/e0', '/e1', '/e2']) {
    const claimed = claims.get(root) ?? [];
    expect(claimed).toHaveLength(48);
    const remaining = claimed.filter((_, i) => i % 3 !== 1);
    for (const base of remaining)
      expect([base, JSON.parse(readFileSync(path.join(directory, base), 'utf8'))]).toEqual([
        base,
        { root, id: expect.any(String) as string },
      ]);
  }
  const ownerOf = (base: string) =>
    (JSON.parse(readFileSync(path.join(owners, base), 'utf8')) as { owner: number }).owner;
  for (const [root, claimed] of claims)
    for (const base of claimed) expect([base, ownerOf(base)]).toEqual([base, root < '/e2' ? 1000 : 1001]);
  const names = readdirSync(directory).filter((name) => !name.startsWith('.'));
  expect(
    names.filter((name) => !readFileSync(path.join(directory, name), 'utf8').includes('/e3')),
  ).toHaveLength(3 * 32);
  // Claims of the killed one, and unfinished files, are found and freed at its next start.
  const store = openStore(directory, '/e3', () => new Set());
  for (const { base } of store.orphans()) store.free(base);
  expect(readdirSync(directory)).toHaveLength(3 * 32);
}, 60_000);

describe('A3 ranges next to other owners of ids', () => {
  it('are not those that /etc/subuid or subgid assign, as long as another is left', () => {
    let others = [{ start: 1_000_000, count: 1_000_000_000 }];
    const store = openStore(
      directory,
      '/e',
      () => new Set(),
      () => others,
    );
    const first = store.claim('a', 0);
    expect(first).toBeGreaterThanOrEqual(1_001_000_000);
    expect(first - rangeSize).toBeLessThan(1_001_000_000);
    others = [{ start: first + rangeSize + 100, count: 1 }];
    expect(store.claim('b', 0)).toBe(first + 2 * rangeSize);
    others = [{ start: 1, count: 4_294_967_294 }];
    expect(store.claim('c', 0)).toBe(first + 3 * rangeSize);
  });

  it('are not those that a process uses meanwhile, and are again when it has ended', () => {
    let usedBases = new Set<number>();
    const store = openStore(directory, '/e', () => usedBases);
    usedBases = new Set([firstBase]);
    store.refresh();
    expect(store.claim('a', 0)).toBe(firstBase + rangeSize);
    usedBases = new Set([firstBase + 2 * rangeSize]);
    const other = openStore(directory, '/other', () => usedBases);
    usedBases = new Set();
    other.refresh();
    expect(other.claim('b', 0)).toBe(firstBase + 2 * rangeSize);
  });
});
