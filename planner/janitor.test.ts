import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { statFields } from '../shared/process/process-stat.ts';
import { containerState } from './container-state-fixture.ts';
import { openContainerStore, type ContainerStore } from './containers.ts';
import { Janitor } from './janitor.ts';
import type { ExclusivePaths } from './planner-paths.ts';
import { RangeLedger } from './ranges/range-ledger.ts';
import { rangeSize } from '../shared/isolation/range-size.ts';
import { firstBase, lastBase } from './ranges/id-ranges.ts';
import { openRangeStore } from './ranges/ranges.ts';
import { bootId } from './live-state.ts';
import { IsolationService } from './service.ts';

const id = 'c'.repeat(64);
let directory: string, containers: ContainerStore, janitor: Janitor, logLines: string[];
/** Called when a range gets a permanent owner. */
let record: () => void;
const at = (...names: string[]) => path.join(directory, ...names);
beforeEach(() => {
  logLines = [];
  record = () => undefined;
  directory = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-janitor-'));
  mkdirSync(at('runc', id), { recursive: true });
  // A runtime that records its delete, and ends on request.
  execFileSync('mkfifo', [at('done')]);
  writeFileSync(at('runtime'), `#!/bin/sh\necho "$*" > ${at('arguments')}\nread line < ${at('done')}\n`, {
    mode: 0o755,
  });
  containers = openContainerStore(at('containers'));
  const ranges = openRangeStore({
    directory: at('ranges'),
    root: directory,
    ledger: new RangeLedger({ directory: at('range-owners'), mark: null, log: () => undefined }),
    ownerOf: () => {
      record();
      return 0;
    },
    inUse: () => new Set(),
    log: () => undefined,
  });
  const base = ranges.claim(id, 0);
  containers.write(containerState({ id, runcRoot: at('runc'), base }, { boot: bootId() }));
  const paths: ExclusivePaths = {
    root: directory,
    socket: at('s'),
    lock: at('lock'),
    runtimeBinary: at('runtime'),
    containers: at('containers'),
    ranges: at('ranges'),
    rangeOwners: { directory: at('range-owners'), mark: null },
    mounts: at('mounts'),
    devices: at('d'),
    procFiles: at('p'),
  };
  const service = new IsolationService({
    ranges,
    containers,
    parts: { sockets: [], directories: [], containerSockets: at('sockets'), roots: [] },
    privateDirectory: at('private'),
    deviceNodes: { harmless: () => null, granted: () => '/nowhere' },
    runtimeBinary: paths.runtimeBinary,
    sealedRunc: () => null,
    log: () => undefined,
    sharing: {
      directory: at('sharing'),
      records: 'required',
      subordinates: { prepare: () => Promise.resolve(), of: () => ({ uid: 1, gid: 1 }) },
    },
  });
  janitor = new Janitor({
    paths,
    service,
    ranges,
    containers,
    log: (line) => {
      logLines.push(line);
    },
  });
});
afterEach(async () => {
  vi.useRealTimers();
  await janitor.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** A runtime that was killed when it was about to delete. */
async function killedAtDelete(verb: 'deleting' | 'deleting-by-force' = 'deleting'): Promise<void> {
  await janitor.beginRequest({ id, verb, runcRoot: at('runc') });
  janitor.endRequest(id);
}

/** Makes runc record that the container's process is this one, which is running. */
function noteLivingProcess(): void {
  const { started } = statFields(readFileSync(`/proc/${process.pid}/stat`, 'utf8'));
  writeFileSync(
    at('runc', id, 'state.json'),
    JSON.stringify({ init_process_pid: process.pid, init_process_start: Number(started) }),
  );
}

/** Some turns of the event loop. */
async function someTurns(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) await new Promise(setImmediate);
}

/** Checks that are scheduled from now on are due when the test says so. */
function holdChecks(): void {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
}

/** Does `work`, after which checks are due, and expects none of two to delete. */
async function expectNoDeleteAfter(work: () => void | Promise<void>): Promise<void> {
  holdChecks();
  await work();
  expect(vi.getTimerCount()).toBe(1);
  for (let ms = 0; ms < 600; ms += 50) {
    await vi.advanceTimersByTimeAsync(50);
    await someTurns();
  }
  vi.useRealTimers();
  // It waits for deletes in progress.
  await janitor.stop();
  expect(existsSync(at('arguments'))).toBe(false);
}

/** The container may be created again only once the repeated delete has finished. */
async function expectCreateToWait(): Promise<void> {
  let made = false;
  const create = janitor.beginRequest({ id, verb: 'create', runcRoot: at('runc') }).then(() => {
    made = true;
  });
  await expect.poll(() => existsSync(at('arguments'))).toBe(true);
  expect(made).toBe(false);
  writeFileSync(at('done'), '\n');
  await create;
}

it('a create waits while the interrupted delete is repeated, whose requests are answered', async () => {
  await killedAtDelete();
  await expect.poll(() => existsSync(at('arguments'))).toBe(true);
  let made = false;
  const create = janitor.beginRequest({ id, verb: 'create', runcRoot: at('runc') }).then(() => {
    made = true;
  });
  for (const verb of ['deleting', 'delete', 'release'] as const)
    await janitor.beginRequest({ id, verb, runcRoot: at('runc') });
  expect(made).toBe(false);
  writeFileSync(at('done'), '\n');
  await create;
});

it('a delete is not repeated while the process is running: runc would kill a created container', async () => {
  noteLivingProcess();
  await expectNoDeleteAfter(killedAtDelete);
});

it('an interrupted forced delete is repeated with force, even while the process is running', async () => {
  noteLivingProcess();
  await killedAtDelete('deleting-by-force');
  await expect
    .poll(() => existsSync(at('arguments')) && readFileSync(at('arguments'), 'utf8'))
    .toBe(`--root ${at('runc')} delete --force ${id}\n`);
  writeFileSync(at('done'), '\n');
});

it('a forced delete of a container of the same name in another runc root is not repeated here', async () => {
  noteLivingProcess();
  await expectNoDeleteAfter(async () => {
    await janitor.beginRequest({ id, verb: 'deleting-by-force', runcRoot: at('other') });
    janitor.endRequest(id);
  });
});

it('a new create waits for the forced delete of the earlier one and is not ended by it later', async () => {
  noteLivingProcess();
  holdChecks();
  await killedAtDelete('deleting-by-force');
  await expectCreateToWait();
  rmSync(at('arguments'));
  await expectNoDeleteAfter(() => {
    janitor.endRequest(id);
  });
});

it('a create right after an interrupted delete waits until that delete was repeated', async () => {
  await killedAtDelete();
  await expectCreateToWait();
});

it('leftovers of a runtime served by an earlier planner are removed once it has ended', async () => {
  rmSync(at('runc'), { recursive: true });
  rmSync(at('runtime'));
  copyFileSync('/bin/sleep', at('runtime'));
  const runtime = spawn(at('runtime'), ['1000']);
  await once(runtime, 'spawn');
  containers.write(
    containerState(
      { id, runcRoot: at('runc'), base: lastBase },
      { runtimePid: runtime.pid ?? 0, boot: bootId() },
    ),
  );
  await janitor.start();
  expect(containers.has(id)).toBe(true);
  runtime.kill('SIGKILL');
  await expect.poll(() => containers.has(id), { timeout: 10_000 }).toBe(false);
});

it("a runtime's message before runc's delete is read before the janitor checks it for a kill", async () => {
  const planner = createServer();
  const received = once(planner, 'connection').then(async ([socket]: Socket[]) => {
    if (socket !== undefined) await once(socket, 'data');
    await janitor.beginRequest({ id, verb: 'deleting', runcRoot: at('runc') });
  });
  planner.listen(at('s'));
  await once(planner, 'listening');
  const runtime = connect(at('s'));
  await once(runtime, 'connect');
  try {
    await janitor.beginRequest({ id, verb: 'create', runcRoot: at('runc') });
    janitor.endRequest(id);
    runtime.write('deleting');
    rmSync(at('runc', id), { recursive: true });
    // Busy until the check is due: it is the next event to be handled.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    await received;
    expect(logLines).toEqual([]);
    expect(containers.has(id)).toBe(true);
  } finally {
    runtime.destroy();
    planner.close();
  }
});

it('does nothing any more once stopped: another planner may have the lock then', async () => {
  rmSync(at('runc'), { recursive: true });
  const state = containers.read(id);
  if (state === null) throw new Error('there is no state');
  for (let i = 0; i < 200; i++) containers.write({ ...state, id: `${i}`.padStart(64, '0') });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] });
  const starting = janitor.start();
  await expect.poll(() => containers.ids().length, { interval: 0 }).toBeLessThan(201);
  await janitor.stop();
  const left = containers.ids().length;
  expect(left).toBeGreaterThan(0);
  await starting;
  await vi.advanceTimersByTimeAsync(60_000);
  await someTurns();
  expect(containers.ids()).toHaveLength(left);
});

it('yields to the event loop during long checks, so that heartbeats continue', async () => {
  const claims = Array.from({ length: 60 }, (_, i) => firstBase + (i + 100) * rangeSize);
  for (const base of claims)
    writeFileSync(at('ranges', String(base)), JSON.stringify({ root: directory, id: `gone-${base}` }));
  // As slow as a busy disk.
  const slow = (ms: number) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  };
  let inOneTurn = 0;
  let most = 0;
  record = () => {
    slow(10);
    inOneTurn += 1;
    most = Math.max(most, inOneTurn);
  };
  let over = false;
  const nextTurn = () => {
    inOneTurn = 0;
    if (!over) setImmediate(nextTurn);
  };
  setImmediate(nextTurn);
  await janitor.start();
  over = true;
  expect(claims.filter((base) => existsSync(at('ranges', String(base))))).toEqual([]);
  // Counted, not timed: on a loaded machine this process may not run for any length of time.
  expect(most).toBeLessThan(30);
});

it('has stopped only when a delete that it repeats is done', async () => {
  await killedAtDelete();
  await expect.poll(() => existsSync(at('arguments'))).toBe(true);
  let stopped = false;
  const stopping = janitor.stop().then(() => {
    stopped = true;
  });
  await someTurns();
  expect(stopped).toBe(false);
  writeFileSync(at('done'), '\n');
  await stopping;
});

it('ends a delete that it repeats if that takes too long', async () => {
  await killedAtDelete();
  await expect.poll(() => existsSync(at('arguments'))).toBe(true);
  const from = performance.now();
  await janitor.stop();
  // It waits only as long as a delete may take: this one never ends.
  expect(performance.now() - from).toBeGreaterThan(2900);
});

it('a state of a later version of Bulkhead is kept, and so is its range: the container may run', async () => {
  const file = at('containers', `${id}.json`);
  const text = JSON.stringify({ version: 2, id, mounts: [] });
  writeFileSync(file, text);
  const base = readdirSync(at('ranges')).find((name) => /^\d+$/.test(name));
  await janitor.start();
  await expect.poll(() => logLines.join('\n')).toContain('of a later version of Bulkhead');
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(existsSync(at('ranges', String(base)))).toBe(true);
});

it('goes on when claims cannot be read or removed, and logs that once', async () => {
  rmSync(at('ranges'), { recursive: true });
  writeFileSync(at('ranges'), '');
  vi.useFakeTimers({ toFake: ['setInterval'] });
  try {
    rmSync(at('runc'), { recursive: true });
    await janitor.start();
    expect(containers.has(id)).toBe(false);
    for (let i = 0; i < 3; i++) vi.advanceTimersByTime(4000);
    await new Promise(setImmediate);
    expect(logLines.filter((line) => line.startsWith('id ranges could not be checked'))).toHaveLength(1);
  } finally {
    vi.useRealTimers();
  }
});
