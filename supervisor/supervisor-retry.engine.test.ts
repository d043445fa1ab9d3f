import { readFile, rm, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { embeddedEngine, type EmbeddedEngine } from '../tests/support/embedded-engine.ts';
import { logFile } from '../engine/targets/embedded/log-files.ts';
import { isAlive } from '../engine/base/process-identity.ts';
import type { ProcessIdentity } from '../shared/process/process-stat.ts';

let engine: EmbeddedEngine;
beforeAll(async () => {
  engine = await embeddedEngine();
  await engine.start();
});
afterAll(async () => {
  await rm(engine.paths.daemonJson, { force: true });
  await engine.dispose();
});

const failedStarts = async (): Promise<number> => {
  const log = await readFile(logFile(engine.paths, 'supervisor'), 'utf8');
  return log.split('the engine did not start').length - 1;
};

/** The recorded dockerd; null once it has ended, which the supervisor records a little later. */
async function runningDockerd(): Promise<ProcessIdentity | null> {
  const { dockerd } = await engine.state();
  return dockerd !== null && (await isAlive(dockerd)) ? dockerd : null;
}

/** Ends dockerd with a configuration that it cannot start with; resolves when it has failed `times` times. */
async function failToStart(times: number): Promise<void> {
  const before = await failedStarts();
  await writeFile(engine.paths.daemonJson, '{ "no-such-option": true }\n');
  const dockerd = await runningDockerd();
  if (dockerd === null) throw new Error('no dockerd runs');
  process.kill(dockerd.pid, 'SIGKILL');
  await expect.poll(failedStarts, { timeout: 60_000, interval: 20 }).toBe(before + times);
}

it('a requested restart replaces the retry: the engine stays up afterwards', async () => {
  await failToStart(1);
  await rm(engine.paths.daemonJson);
  process.kill((await engine.state()).supervisor.pid, 'SIGHUP');
  await expect.poll(runningDockerd, { timeout: 60_000, interval: 10 }).not.toBeNull();
  // The retry is due two seconds after the failure: the engine is still starting then.
  const starting = await runningDockerd();
  if (starting === null) throw new Error('no dockerd starts');
  process.kill(starting.pid, 'SIGSTOP');
  await pause(3000);
  process.kill(starting.pid, 'SIGCONT');
  await expect.poll(async () => (await engine.state()).phase, { timeout: 60_000 }).toBe('ready');
  const { generation, dockerd } = await engine.state();
  expect(dockerd).toEqual(starting);
  await pause(5000);
  expect(await engine.state()).toMatchObject({ phase: 'ready', generation, dockerd });
});

it('a supervisor that is stopped while it waits for a retry ends at once', async () => {
  // The next one is due after sixteen seconds.
  await failToStart(4);
  const { supervisor } = await engine.state();
  process.kill(supervisor.pid, 'SIGTERM');
  await expect
    .poll(async () => (await engine.state()).phase, { timeout: 60_000, interval: 10 })
    .toBe('stopped');
  await expect.poll(() => isAlive(supervisor), { interval: 10 }).toBe(false);
});
