import { mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { dockerClient } from '../base/docker-client.ts';
import { removeContainers } from '../scan/remove.ts';
import { id, FakeEngine } from './containers-fixture.ts';

let dir: string;
let engine: FakeEngine;
beforeEach(async () => {
  dir = await mkdtemp('/tmp/bh-scan-');
  engine = new FakeEngine(path.join(dir, 'e.sock'));
  await engine.listen();
});
afterEach(async () => {
  await engine.close();
  await rm(dir, { recursive: true, force: true });
});

describe('remove (D)', () => {
  const remove = (
    request: Partial<Parameters<typeof removeContainers>[1]> & { ids: string[] },
    options: Parameters<typeof removeContainers>[2] = {},
  ) =>
    removeContainers(
      dockerClient(engine.socket),
      { includeRunning: false, removeVolumes: false, ...request },
      options,
    );
  const volume = { Type: 'volume', Name: 'db', Source: '/x', Destination: '/data' };

  test('one outcome per id, in order; running ones are refused by default; volumes are kept', async () => {
    engine.add({ id: id(1), mounts: [volume] });
    engine.add({ id: id(2), running: true, pid: 1 });
    const outcomes = await remove({ ids: [id(2), id(1), 'missing'] });
    expect(outcomes.map((o) => [o.id, o.removed])).toEqual([
      [id(2), false],
      [id(1), true],
      ['missing', false],
    ]);
    expect(outcomes[0]?.error).toContain('running');
    expect(engine.calls).toEqual([`DELETE /containers/${id(1)}?force=false&v=false`]);
  });
  test('a running one that was chosen is stopped before it is removed', async () => {
    engine.add({ id: id(2), running: true, pid: 1 });
    expect(await remove({ ids: [id(2)], includeRunning: true })).toMatchObject([{ removed: true }]);
    expect(engine.calls).toEqual([
      `POST /containers/${id(2)}/stop?t=10`,
      `DELETE /containers/${id(2)}?force=true&v=false`,
    ]);
  });
  test('one with a stop timeout of its own has that long to end, before it is killed', async () => {
    engine.add({ id: id(2), running: true, pid: 1, stopTimeout: 120 });
    expect(await remove({ ids: [id(2)], includeRunning: true })).toMatchObject([{ removed: true }]);
    expect(engine.calls[0]).toBe(`POST /containers/${id(2)}/stop?t=120`);
  });
  test('one that would get any time to end is killed after the usual one', async () => {
    engine.add({ id: id(2), running: true, pid: 1, stopTimeout: -1 });
    expect(await remove({ ids: [id(2)], includeRunning: true })).toMatchObject([{ removed: true }]);
    expect(engine.calls[0]).toBe(`POST /containers/${id(2)}/stop?t=10`);
  });
  /** Cancels the removal of a container that does not stop. */
  const cancelWhileStopping = async (version: string) => {
    engine.version = version;
    engine.add({ id: id(2), running: true, pid: 1, stopTimeout: 31_536_000 });
    engine.stopping.add(id(2));
    const controller = new AbortController();
    const removal = remove({ ids: [id(2)], includeRunning: true }, { signal: controller.signal });
    await expect.poll(() => engine.calls).toEqual([`POST /containers/${id(2)}/stop?t=31536000`]);
    controller.abort();
    expect(await removal).toMatchObject([
      {
        removed: false,
        error: 'cancelled: the engine goes on stopping it, and it is not removed',
      },
    ]);
    expect(engine.calls).toHaveLength(1);
  };
  test('an abort ends the wait for one that is stopping: it is not removed', async () => {
    await cancelWhileStopping('25.0.0');
    await expect.poll(() => engine.disconnected.size).toBe(1);
  });
  test('an abort keeps the stop request where its end would kill the container', async () => {
    for (const version of ['24.0.2', '23.0.6', 'unknown']) {
      engine.calls.length = 0;
      await cancelWhileStopping(version);
      // By its response to a later request the engine would have seen the end of that one.
      for (let i = 0; i < 2; i++) await dockerClient(engine.socket).version();
      expect(engine.disconnected.size).toBe(0);
    }
  });
  test('one that is started after its inspect is stopped before it is removed, or not removed', async () => {
    engine.add({ id: id(1) });
    engine.startedMeanwhile.add(id(1));
    expect(await remove({ ids: [id(1)] })).toMatchObject([
      { removed: false, error: expect.stringContaining('running') },
    ]);
    engine.add({ id: id(1), stopTimeout: 60 });
    engine.calls.length = 0;
    expect(await remove({ ids: [id(1)], includeRunning: true })).toMatchObject([{ removed: true }]);
    expect(engine.calls).toEqual([
      `DELETE /containers/${id(1)}?force=false&v=false`,
      `POST /containers/${id(1)}/stop?t=60`,
      `DELETE /containers/${id(1)}?force=true&v=false`,
    ]);
  });
  test('volumes are removed only on request; one still in use is kept and reported', async () => {
    engine.add({
      id: id(1),
      mounts: [volume, { ...volume, Name: 'shared' }, { ...volume, Name: 'a'.repeat(64) }],
    });
    engine.usedVolumes.add('shared');
    const [outcome] = await remove({ ids: [id(1)], removeVolumes: true });
    expect(outcome).toMatchObject({ removed: true, error: expect.stringContaining('shared (') });
    expect(engine.calls).toEqual([
      `DELETE /containers/${id(1)}?force=false&v=true`,
      'DELETE /volumes/db',
      'DELETE /volumes/shared',
    ]);
  });
  test('an anonymous volume that a recreated container mounts by name is removed on request', async () => {
    const name = 'a'.repeat(64);
    engine.add({
      id: id(1),
      mounts: [{ ...volume, Name: name }],
      hostMounts: [{ Type: 'volume', Source: name, Target: '/data' }],
    });
    await remove({ ids: [id(1)], removeVolumes: true });
    expect(engine.calls).toEqual([
      `DELETE /containers/${id(1)}?force=false&v=true`,
      `DELETE /volumes/${name}`,
    ]);
  });
  test('after an abort the rest is skipped, and progress has reported each', async () => {
    for (let n = 0; n < 20; n++) engine.add({ id: id(n) });
    const controller = new AbortController();
    const progress: number[] = [];
    const outcomes = await remove(
      { ids: [...engine.containers.keys()] },
      {
        signal: controller.signal,
        onProgress: (_o, done, total) => {
          progress.push(done);
          expect(total).toBe(20);
          controller.abort();
        },
      },
    );
    expect(progress).toHaveLength(20);
    expect(outcomes.filter((o) => o.removed).length).toBeLessThanOrEqual(4);
    expect(engine.containers.size).toBe(outcomes.filter((o) => !o.removed).length);
  });
});
