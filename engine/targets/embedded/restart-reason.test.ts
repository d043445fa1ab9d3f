import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { launchConfig } from '../../daemon-json/launch-config.ts';
import { rootPaths, type RootPaths } from '../../base/root-paths.ts';
import { writeEngineState, type EngineState } from './engine-state.ts';
import { launchedConfigFile } from './launched-config.ts';
import { restartReason } from './restart-reason.ts';

let paths: RootPaths;
beforeEach(async () => {
  const root = await mkdtemp('/tmp/bh-reason-');
  paths = { ...rootPaths(root), run: `${root}/run` };
  await mkdir(paths.run);
});
afterEach(async () => {
  await rm(paths.root, { recursive: true, force: true });
});

const state: EngineState = {
  version: 1,
  supervisor: { pid: 1, started: '1', boot: 'boot' },
  phase: 'ready',
  generation: 1,
  readyAt: null,
  eci: false,
  dockerd: null,
  gateway: null,
  planner: null,
  error: null,
  problem: null,
};
const desired = { eci: true, runtimeName: 'bulkhead', runtimePath: '/dir/bulkhead-runc' };
const sysbox = { eci: true, runtimeName: 'sysbox-runc', runtimePath: '/usr/bin/sysbox-runc' };

it('an engine started by an earlier version, or with something missing, is restarted once', async () => {
  await writeEngineState(paths, state);
  expect(await restartReason(paths, desired, null)).toEqual({ code: 'not-prepared' });
  await writeEngineState(paths, { ...state, preparedRuntime: null });
  expect(await restartReason(paths, desired, null)).toEqual({ code: 'not-prepared' });
});

it('another runtime for builds requires a restart, to a backend and back', async () => {
  await writeEngineState(paths, { ...state, preparedRuntime: 'bulkhead' });
  expect(await restartReason(paths, sysbox, null)).toEqual({ code: 'build-runtime' });
  await writeEngineState(paths, { ...state, preparedRuntime: null });
  expect(await restartReason(paths, sysbox, null)).toEqual({ code: 'build-runtime' });
});

it('ECI alone requires no restart; keys that the engine reads only at its start do', async () => {
  await writeEngineState(paths, { ...state, preparedRuntime: 'bulkhead' });
  const runtime = { name: 'bulkhead', path: desired.runtimePath };
  await writeFile(launchedConfigFile(paths), launchConfig('{"mtu": 1400}', runtime));
  const on = '{"mtu": 1400, "default-runtime": "bulkhead"}';
  expect(await restartReason(paths, desired, on)).toBeNull();
  expect(await restartReason(paths, desired, on.replace('1400', '1500'))).toEqual({
    code: 'keys',
    keys: ['mtu'],
  });
  await rm(launchedConfigFile(paths));
  expect(await restartReason(paths, desired, on)).toBeNull();
});
