import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { noListenerStore } from '../shared/gateway/listener-handoff.ts';
import { startPlanner } from './planner.ts';

let directory: string;
const at = (...names: string[]) => path.join(directory, ...names);
beforeEach(() => {
  directory = mkdtempSync(path.join(os.tmpdir(), 'bulkhead-planner-'));
});
afterEach(() => {
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

it('does nothing for a container any more once it is closed, whatever was requested meanwhile', async () => {
  for (const name of ['bundle/rootfs', 'sharing', 'shared', 'run']) mkdirSync(at(name), { recursive: true });
  writeFileSync(at('bundle/config.json'), spec(at('shared')));
  writeFileSync(at('sharing', `${id}.json`), JSON.stringify({ version: 1, uid: 54_321, gid: 54_321 }));
  writeFileSync(at('run/bulkhead-runc'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  let prepared: () => void = () => undefined;
  let resolveRequested: () => void = () => undefined;
  const requested = new Promise<void>((resolve) => {
    resolveRequested = resolve;
  });
  const logged: string[] = [];
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
      subordinates: {
        prepare: () =>
          new Promise((resolve) => {
            prepared = resolve;
            resolveRequested();
          }),
        of: () => ({ uid: 1, gid: 1 }),
      },
    },
    handoff: { inherited: [], store: noListenerStore },
    log: (line) => {
      logged.push(line);
    },
  });
  if (!started.ok) throw new Error(started.error.message, { cause: started.error });
  const runtime = connect(at('socket'));
  const fields = [
    'bulkhead-request-2',
    'create',
    id,
    at('bundle'),
    at('runc'),
    String(process.pid),
    'end',
    '',
  ];
  runtime.on('error', () => undefined).end(fields.join('\0'));
  await requested;

  const hungUp = once(runtime, 'close');
  await started.value.close();
  await hungUp;
  prepared();
  // Its response is due as soon as the previous request has been answered.
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(logged).toEqual([]);
  expect(readFileSync(at('bundle/config.json'), 'utf8')).toBe(spec(at('shared')));
  expect(readdirSync(at('ranges/claims'))).toEqual([]);
  expect(readdirSync(at('isolation/containers'))).toEqual([]);
});
