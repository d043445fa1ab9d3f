import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { containerState, endedPid as ended } from './container-state-fixture.ts';
import { openContainerStore, type ContainerStore } from './containers.ts';
import { RangeLedger } from './ranges/range-ledger.ts';
import { openRangeStore } from './ranges/ranges.ts';
import type { RangeStore } from './ranges/range-store.ts';
import { nothingChecked } from './shares/reach.ts';
import { bootId } from './live-state.ts';
import { IsolationService } from './service.ts';

const id = 'abcdefgh';
let directory: string;
let containers: ContainerStore;
let ranges: RangeStore;
let service: IsolationService;
const at = (...parts: string[]) => path.join(directory, ...parts);
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-service-'));
  containers = openContainerStore(at('containers'));
  ranges = openRangeStore({
    directory: at('ranges'),
    root: directory,
    ledger: new RangeLedger({ directory: at('range-owners'), mark: null, log: () => undefined }),
    ownerOf: () => 0,
    inUse: () => new Set(),
    log: () => undefined,
  });
  service = new IsolationService({
    // This process stands in for a running runtime.
    ranges,
    containers,
    parts: { sockets: [], directories: [], containerSockets: at('sockets'), roots: [] },
    privateDirectory: at('private'),
    deviceNodes: { harmless: () => null, granted: () => '/nowhere' },
    runtimeBinary: process.execPath,
    sealedRunc: () => null,
    log: () => undefined,
    sharing: {
      directory: at('sharing'),
      records: 'required',
      subordinates: { prepare: () => Promise.resolve(), of: () => ({ uid: 1, gid: 1 }) },
    },
  });
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

it.each([
  ['is being made anew keeps its range and its state', process.pid, ended, true],
  ['was made by a runtime that has ended loses them', ended, process.pid, false],
  ['its own runtime could not make loses them', process.pid, process.pid, false],
])('A3 a container that %s, when a release is read', (_, maker, requester, keeps) => {
  const base = ranges.claim(id, 0);
  containers.write(containerState({ id, runcRoot: at('runc'), base }, { runtimePid: maker, boot: bootId() }));
  service.handle('release', { verb: 'release', id, bundle: '', runcRoot: at('runc'), pid: requester });
  expect(containers.has(id)).toBe(keeps);
  expect(ranges.hasOtherHolder(base, 'another')).toBe(keeps);
});

it.each([
  ['another runtime, which lives, is making is refused', process.pid, ended, 'is being created already'],
  ['a runtime that has ended was making is not', ended, process.pid, 'no such file'],
  ['the same runtime asks for again is not', process.pid, process.pid, 'no such file'],
])('A3 a create of what %s', (_, maker, requester, why) => {
  const base = ranges.claim(id, 0);
  containers.write(containerState({ id, runcRoot: at('runc'), base }, { runtimePid: maker, boot: bootId() }));
  expect(() =>
    service.create(
      { verb: 'create', id, bundle: at('bundle'), runcRoot: at('runc'), pid: requester },
      [],
      null,
      nothingChecked,
    ),
  ).toThrow(why);
  // A refusal takes nothing away from the container that is being created.
  expect(containers.has(id)).toBe(requester === ended);
});

it.each(['create', 'delete', 'release'] as const)(
  'A3 a state of a later version of Bulkhead and its range are kept at a %s, which is refused',
  (verb) => {
    const base = ranges.claim(id, 0);
    const text = JSON.stringify({ version: 2, id });
    const file = at('containers', `${id}.json`);
    writeFileSync(file, text);
    const request = { verb, id, bundle: at('bundle'), runcRoot: at('runc'), pid: process.pid };
    expect(() =>
      verb === 'create' ? service.create(request, [], null, nothingChecked) : service.handle(verb, request),
    ).toThrow('of a later version of Bulkhead');
    expect(readFileSync(file, 'utf8')).toBe(text);
    expect(ranges.hasOtherHolder(base, 'another')).toBe(true);
  },
);
