import { existsSync } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { EngineProgress } from '../shared/engine-status/progress.ts';
import { isAlive, waitForExit } from '../engine/base/process-identity.ts';
import { connectControl } from '../engine/targets/embedded/control-client.ts';
import type { SupervisorState } from '../engine/targets/embedded/control-protocol.ts';
import { embeddedEngine, type EmbeddedEngine } from '../tests/support/embedded-engine.ts';

let engine: EmbeddedEngine;
beforeEach(async () => {
  engine = await embeddedEngine();
});
afterEach(async () => {
  await engine.dispose();
});

const subscribed = async () => {
  const control = await connectControl(engine.paths.controlSocket);
  if (control === null) throw new Error('no supervisor listens');
  const reply = await control.request('subscribe');
  if (reply?.ok !== true) throw new Error('no subscription');
  return { control, first: reply.state };
};
/** The states up to the first for which `isLast` holds. */
const statesUntil = async (
  control: Awaited<ReturnType<typeof subscribed>>['control'],
  isLast: (state: SupervisorState) => boolean,
): Promise<SupervisorState[]> => {
  const states: SupervisorState[] = [];
  for (let state = await control.nextState(); state !== null; state = await control.nextState()) {
    states.push(state);
    if (isLast(state)) break;
  }
  return states;
};

it('a start, a restart and a stop report their steps in order', async () => {
  const steps: EngineProgress[] = [];
  const onProgress = (progress: EngineProgress) => steps.push(progress);
  const numbers = () => steps.splice(0).map(({ number, total }) => `${number}/${total}`);
  expect(await engine.driver.start({ onProgress })).toMatchObject({ ok: true, value: { phase: 'ready' } });
  expect(steps.at(-1)).toEqual({ step: 'start-dockerd', number: 5, total: 5 });
  // The first one may have ended before the client is connected.
  expect(['1/5', '2/5', '3/5', '4/5', '5/5'].slice(-steps.length)).toEqual(numbers());
  expect((await stat(engine.paths.controlSocket)).mode & 0o777).toBe(0o600);

  expect(await engine.driver.restart({ onProgress })).toMatchObject({ ok: true, value: { generation: 2 } });
  expect(numbers()).toEqual(['1/4', '2/4', '3/4', '4/4']);

  expect(await engine.driver.stop({ onProgress })).toMatchObject({ ok: true, value: { phase: 'stopped' } });
  expect(numbers()).toEqual(['1/3', '2/3', '3/3']);
  expect(existsSync(engine.paths.controlSocket)).toBe(false);
});

it('a cancelled start does not stop the supervisor: the next call waits for the same start', async () => {
  const cancelled = new AbortController();
  const started = await engine.driver.start({
    signal: cancelled.signal,
    onProgress: () => {
      cancelled.abort();
    },
  });
  expect(started).toMatchObject({
    ok: false,
    error: { code: 'engine.not-ready', reason: 'it was cancelled' },
  });
  const { supervisor } = await engine.state();
  expect(await isAlive(supervisor)).toBe(true);
  expect(await engine.driver.start()).toMatchObject({
    ok: true,
    value: { phase: 'ready', generation: 1, supervisorPid: supervisor.pid },
  });
});

it('SIGHUP restarts and SIGTERM stops; a client that never reads delays neither', async () => {
  await engine.start();
  const { control, first } = await subscribed();
  const stuck = connect({ path: engine.paths.controlSocket });
  await once(stuck, 'connect');
  stuck.write('{"protocol": 1, "request": "subscribe"}\n');
  stuck.pause();
  process.kill(first.supervisor.pid, 'SIGHUP');
  const restarted = await statesUntil(control, ({ phase }) => phase === 'ready');
  expect(restarted.at(-1)).toMatchObject({ generation: first.generation + 1 });
  process.kill(first.supervisor.pid, 'SIGTERM');
  const stopped = await statesUntil(control, () => false);
  expect(stopped.at(-1)).toMatchObject({ phase: 'stopped' });
  expect(await waitForExit([first.supervisor], 20_000)).toBe(true);
  stuck.destroy();
});

it('clients detect a killed supervisor at once; the next one replaces its socket', async () => {
  await engine.start();
  const { control, first } = await subscribed();
  process.kill(first.supervisor.pid, 'SIGKILL');
  expect((await statesUntil(control, () => false)).length).toBe(0);
  expect(existsSync(engine.paths.controlSocket)).toBe(true);
  await engine.start();
  expect((await subscribed()).first).toMatchObject({ phase: 'ready', generation: 1 });
  const { supervisor } = await engine.state();
  process.kill(supervisor.pid, 'SIGKILL');
  await waitForExit([supervisor], 20_000);
  expect(await engine.driver.stop()).toMatchObject({ ok: true, value: { phase: 'stopped' } });
  expect(existsSync(engine.paths.controlSocket)).toBe(false);
});

it('a supervisor without a socket, of an earlier version, is found by its process', async () => {
  await engine.start();
  const { supervisor } = await engine.state();
  await rm(engine.paths.controlSocket);
  expect(await engine.driver.start()).toMatchObject({
    ok: true,
    value: { phase: 'ready', supervisorPid: supervisor.pid },
  });
  expect(await engine.driver.restart()).toMatchObject({ ok: true, value: { phase: 'ready' } });
  expect(await isAlive(supervisor)).toBe(false);
  await rm(engine.paths.controlSocket);
  expect(await engine.driver.stop()).toMatchObject({
    ok: true,
    value: { phase: 'stopped', supervisorPid: null },
  });
});
