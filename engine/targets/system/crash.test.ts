import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeEngine, id } from '../../recreate/containers-fixture.ts';
import { dockerClient } from '../../base/docker-client.ts';
import { crashReader } from './crash.ts';

let directory: string;
let engine: FakeEngine;
beforeEach(async () => {
  directory = await mkdtemp('/tmp/bulkhead-crash-');
  engine = new FakeEngine(path.join(directory, 'e.sock'));
  await engine.listen();
});
afterEach(async () => {
  await engine.close();
  await rm(directory, { recursive: true });
});

/** docker.service ended at 10:00:05, and systemd had it ready again at 10:00:08. */
const restarted = {
  mainPid: 7,
  restarts: 1,
  until: '2026-03-01T10:00:05.000Z',
  since: '2026-03-01T10:00:08.000Z',
};
const read = () => crashReader(() => dockerClient(engine.socket));

describe('the containers that a crash of docker.service killed', () => {
  it('are those that ended between two engines and do not run', async () => {
    engine.add({ id: id(1), finished: '2026-03-01T10:00:05.200Z' });
    engine.add({ id: id(2), finished: '2026-03-01T10:00:08.900Z' });
    // Stopped before, ended later, never started, running again by its restart policy.
    engine.add({ id: id(3), finished: '2026-03-01T10:00:04.900Z' });
    engine.add({ id: id(4), finished: '2026-03-01T10:00:09.000Z' });
    engine.add({ id: id(5), state: 'created' });
    engine.add({ id: id(6), finished: '2026-03-01T10:00:06Z', running: true, pid: 31 });
    expect(await read()(restarted)).toEqual({
      at: '2026-03-01T10:00:05.000Z',
      containers: [id(1), id(2)],
      removed: 0,
    });
  });

  it.each([
    ['a regular start', { ...restarted, restarts: 0 }],
    ['the first start since boot', { ...restarted, until: null }],
  ])('are none after %s: the engine is not asked', async (_, unit) => {
    engine.add({ id: id(1), finished: '2026-03-01T10:00:06Z' });
    expect(await read()(unit)).toBeNull();
    expect(engine.lists).toBe(0);
  });

  it('are read once for each start of the engine', async () => {
    engine.add({ id: id(1), finished: '2026-03-01T10:00:06Z' });
    const readCrash = read();
    expect(await readCrash(restarted)).toMatchObject({ containers: [id(1)] });
    expect(await readCrash(restarted)).toMatchObject({ containers: [id(1)] });
    expect(engine.lists).toBe(1);
    await readCrash({ ...restarted, mainPid: 8 });
    expect(engine.lists).toBe(2);
  });

  it('are not known while the engine does not respond, and read again then', async () => {
    const readCrash = read();
    await engine.close();
    expect(await readCrash(restarted)).toBeNull();
    engine = new FakeEngine(path.join(directory, 'e.sock'));
    await engine.listen();
    engine.add({ id: id(1), finished: '2026-03-01T10:00:06Z' });
    engine.add({ id: id(2) });
    engine.broken.add(id(2));
    expect(await readCrash(restarted)).toMatchObject({ containers: [id(1)] });
  });
});
