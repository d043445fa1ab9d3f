import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SupervisedChild } from './child-process.ts';
import { rootPaths } from '../engine/base/root-paths.ts';
import { containerState } from '../planner/container-state-fixture.ts';
import { openContainerStore } from '../planner/containers.ts';
import { lastBase } from '../planner/ranges/id-ranges.ts';
import { rangeSize } from '../shared/isolation/range-size.ts';
import { plainText } from '../shared/messages/message.ts';
import { supervisePlanner } from './supervised-planner.ts';

let directory: string;
let planner: SupervisedChild | null = null;
const at = (...names: string[]) => path.join(directory, ...names);
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'bh-clean-up-'));
});
afterEach(async () => {
  await planner?.stop();
  planner = null;
  rmSync(directory, { recursive: true, force: true });
});

const leftovers = 250;
/** How long the disk takes, ms: for each of the loops over leftovers, longer than the limit of heartbeats. */
const slowDiskMs = 20;
const limitMs = 3000;

/** Leftovers of an earlier run: containers without a process, and ranges of an engine that is gone. */
function leaveBehind(): void {
  const containers = openContainerStore(at('containers'));
  for (const name of ['claims', 'owners', 'run']) mkdirSync(at(name));
  writeFileSync(at('run/bulkhead-runc'), '#!/bin/sh\nexit 0\n', { mode: 0o755 });
  writeFileSync(at('owners/format'), '');
  for (let i = 0; i < leftovers; i++) {
    // The last ones: others of this machine may use the first.
    const base = lastBase - i * rangeSize;
    writeFileSync(at('claims', String(base)), JSON.stringify({ root: '/nowhere/gone', id: `gone-${i}` }));
    writeFileSync(at('owners', String(base)), JSON.stringify({ version: 1, base, owner: 0 }));
    containers.write(
      containerState(
        { id: `${i}`.padStart(64, '0'), runcRoot: at('runc'), base: 0 },
        { boot: 'an earlier one' },
      ),
    );
  }
}

/** The program: `bulkhead planner` with the test's own stores instead of the machine's, on a slow disk. */
function program(): string {
  const source = (file: string) => JSON.stringify(path.resolve(import.meta.dirname, '..', file));
  return `
const { startHeartbeat } = await import(${source('cli/heartbeat.ts')});
startHeartbeat();
const { default: fs } = await import('node:fs');
const { syncBuiltinESMExports } = await import('node:module');
const wait = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${slowDiskMs});
const { readFileSync, rmSync } = fs;
const read = new Set();
fs.readFileSync = (file, ...rest) => {
  if (String(file).startsWith(${JSON.stringify(at('containers'))}) && !read.has(file)) wait();
  read.add(file);
  return readFileSync(file, ...rest);
};
fs.rmSync = (file, ...rest) => {
  if (/\\/claims\\/\\d+$/.test(file)) wait();
  rmSync(file, ...rest);
};
syncBuiltinESMExports();
const { startPlanner } = await import(${source('planner/planner.ts')});
const { noListenerStore } = await import(${source('shared/gateway/listener-handoff.ts')});
const at = (name) => ${JSON.stringify(directory)} + '/' + name;
let cleaningSince = 0;
const started = await startPlanner({
  paths: {
    root: at(''), socket: at('socket'), lock: at('lock'), runtimeBinary: at('run/bulkhead-runc'),
    containers: at('containers'), ranges: at('claims'), rangeOwners: { directory: at('owners'), mark: null },
    mounts: at('mounts/here'), devices: at('devices'), procFiles: at('proc'),
  },
  parts: { sockets: [], directories: [], containerSockets: at('sockets'), roots: [] },
  sharing: {
    directory: at('sharing'), records: 'required',
    subordinates: { prepare: async () => {}, of: () => ({ uid: 1, gid: 1 }) },
  },
  handoff: { inherited: [], store: noListenerStore },
  log: () => {},
  onListening: () => {
    cleaningSince = performance.now();
    console.log('planner cleaning up');
  },
});
if (!started.ok) throw new Error(JSON.stringify(started.error));
process.on('SIGTERM', () => process.exit(0));
console.log('cleaned up in ' + Math.round(performance.now() - cleaningSince) + ' ms');
console.log('planner listening on it');
`;
}

it('a planner that cleans up longer than it may hang sends heartbeats, and is not killed', async () => {
  leaveBehind();
  writeFileSync(at('program.mjs'), program());
  writeFileSync(at('bulkhead'), `#!/bin/sh\nexec "${process.execPath}" "${at('program.mjs')}"\n`, {
    mode: 0o755,
  });
  const lines: string[] = [];
  const supervised = supervisePlanner(rootPaths(at('root')), {
    command: at('bulkhead'),
    heartbeat: { limitMs, startLimitMs: limitMs },
    log: {
      line: (text) => {
        lines.push(plainText(text));
      },
      close: () => Promise.resolve(),
    },
    onChange: () => undefined,
  });
  planner = supervised;
  await supervised.start(150_000);
  const log = lines.join('\n');
  expect(log).toContain('planner listening on it');
  expect(log).not.toMatch(/hangs|started again/);
  expect(Number(/cleaned up in (\d+) ms/.exec(log)?.[1])).toBeGreaterThan(2 * limitMs);
  expect(readdirSync(at('containers')).length + readdirSync(at('claims')).length).toBe(0);
}, 180_000);
