import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { acquireLock } from '../engine/base/lock.ts';
import { noListenerStore } from '../shared/gateway/listener-handoff.ts';
import { containerState } from './container-state-fixture.ts';
import { openContainerStore } from './containers.ts';
import { bootId } from './live-state.ts';
import { startPlanner, type Planner } from './planner.ts';
import { firstBase } from './ranges/id-ranges.ts';
import type { SubordinateStore } from './ranges/subordinate.ts';

let directory: string;
const at = (...names: string[]) => path.join(directory, ...names);
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-planner-'));
});
afterEach(() => {
  vi.useRealTimers();
  rmSync(directory, { recursive: true });
});

const id = 'c'.repeat(64);
const spec = (source: string) =>
  JSON.stringify({
    root: { path: 'rootfs' },
    process: { user: { uid: 0, gid: 0 } },
    mounts: [{ destination: '/shared', type: 'bind', source, options: ['rbind'] }],
    linux: { namespaces: ['mount', 'pid', 'ipc', 'network', 'uts'].map((type) => ({ type })) },
  });

/** A planner on the test's directory; what it logs goes to `log`. */
async function start(prepare: SubordinateStore['prepare'], log: (line: string) => void): Promise<Planner> {
  const started = await startPlanner({
    paths: {
      root: directory,
      socket: at('socket'),
      lock: at('lock'),
      runtimeBinary: at('run/bulkhead-runc'),
      containers: at('isolation/containers'),
      ranges: at('ranges/claims'),
      rangeOwners: { directory: at('range-owners'), mark: null },
      mounts: at('mounts/here'),
      devices: at('devices'),
      procFiles: at('proc'),
    },
    parts: { sockets: [], directories: [], containerSockets: at('sockets'), roots: [] },
    sharing: {
      directory: at('sharing'),
      records: 'required',
      subordinates: { prepare, of: () => ({ uid: 1, gid: 1 }) },
    },
    handoff: { inherited: [], store: noListenerStore },
    log,
  });
  if (!started.ok) throw new Error(started.error.message, { cause: started.error });
  return started.value;
}

/** The children of this process. */
const children = () =>
  readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8')
    .split(' ')
    .filter((pid) => pid !== '');

/** Connects as a runtime with a request about the container. */
function request(verb: 'create' | 'deleting'): Socket {
  const bundle = verb === 'create' ? at('bundle') : '';
  const fields = ['bulkhead-request-2', verb, id, bundle, at('runc'), String(process.pid), 'end', ''];
  return connect(at('socket'))
    .on('error', () => undefined)
    .end(fields.join('\0'));
}

it('does nothing for a container any more once it is closed, whatever was requested meanwhile', async () => {
  for (const name of ['bundle/rootfs', 'sharing', 'shared', 'run']) mkdirSync(at(name), { recursive: true });
  writeFileSync(at('bundle/config.json'), spec(at('shared')));
  writeFileSync(at('sharing', `${id}.json`), JSON.stringify({ version: 1, uid: 54_321, gid: 54_321 }));
  writeFileSync(at('run/bulkhead-runc'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  const earlier = new Set(children());
  let onRequested: () => void = () => undefined;
  const requested = new Promise<void>((resolve) => {
    onRequested = resolve;
  });
  let prepared: () => void = () => undefined;
  const logged: string[] = [];
  const planner = await start(
    () =>
      new Promise((resolve) => {
        prepared = resolve;
        onRequested();
      }),
    (line) => {
      logged.push(line);
    },
  );
  const runtime = request('create');
  await requested;

  const hungUp = once(runtime, 'close');
  await planner.close();
  await hungUp;
  prepared();
  // The check of the shared directory, a process, may go on; what follows it takes a few turns of the event
  // loop.
  await expect.poll(() => children().filter((pid) => !earlier.has(pid))).toEqual([]);
  for (let turns = 0; turns < 10; turns++) await new Promise(setImmediate);
  expect(logged).toEqual([]);
  expect(readFileSync(at('bundle/config.json'), 'utf8')).toBe(spec(at('shared')));
  expect(readdirSync(at('ranges/claims'))).toEqual([]);
  expect(readdirSync(at('isolation/containers'))).toEqual([]);
});

it('holds its lock until its work has stopped, since another planner would do the same work', async () => {
  mkdirSync(at('run'));
  mkdirSync(at('runc', id), { recursive: true });
  // A runtime that records its delete, and ends on request.
  execFileSync('mkfifo', [at('done')]);
  writeFileSync(
    at('run/bulkhead-runc'),
    `#!/bin/sh\n[ "$1" = --root ] || exit 0\necho "$*" > ${at('asked')}\nread line < ${at('done')}\n`,
    { mode: 0o755 },
  );
  const planner = await start(
    () => Promise.resolve(),
    () => undefined,
  );
  openContainerStore(at('isolation/containers')).write(
    containerState({ id, runcRoot: at('runc'), base: firstBase }, { boot: bootId() }),
  );
  // It says that it is about to delete, and is gone: the planner repeats the delete.
  request('deleting');
  await expect.poll(() => existsSync(at('asked'))).toBe(true);

  // A delete that takes too long is killed; this one does not, however slow the machine is.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let isClosed = false;
  const closing = planner.close().then(() => {
    isClosed = true;
  });
  // It serves nobody any more, and waits for the delete only.
  await expect.poll(() => existsSync(at('socket')), { interval: 5 }).toBe(false);
  expect(await acquireLock(at('lock'))).toMatchObject({ ok: false, error: { code: 'apply.in-progress' } });
  expect(isClosed).toBe(false);
  writeFileSync(at('done'), '\n');
  await closing;
  expect(await acquireLock(at('lock'))).toMatchObject({ ok: true });
});
