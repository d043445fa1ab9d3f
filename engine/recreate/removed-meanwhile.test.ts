import { expect, test } from 'vitest';
import { useRecreationEngine, type RecreationEngine } from './recreate-engine-fixture.ts';

let engine: RecreationEngine;
useRecreationEngine((started) => {
  engine = started;
});

const remove = (name: string): void => {
  const found = engine.find(name);
  if (found !== undefined) engine.containers.delete(found.id);
};
/** `docker container prune`. */
const prune = (): void => {
  for (const { id, running } of engine.containers.values()) if (!running) engine.containers.delete(id);
};

test('a new container that does not start stays if the old one was removed meanwhile', async () => {
  engine.add('web');
  engine.onRequest = (call) => {
    if (call !== 'POST start web') return;
    remove('web-before-eci');
    engine.failing.set(call, 500);
  };
  expect(await engine.recreate({ ids: ['web'] })).toMatchObject([
    {
      kind: 'rollback-failed',
      step: 'start',
      rollbackError: { message: expect.stringContaining('web was removed') },
    },
  ]);
  expect(engine.names()).toEqual(['web']);
});

test('a new container is created again if all that did not run were removed', async () => {
  engine.add('web');
  let renames = 0;
  engine.onRequest = (call) => {
    if (call === 'POST rename web' && renames++ === 0) prune();
  };
  expect(await engine.recreate({ ids: ['web'] })).toMatchObject([{ kind: 'rollback-failed', step: 'swap' }]);
  expect(engine.names()).toEqual(['web+']);
  expect(engine.find('web')?.host['Runtime']).toBe('bulkhead');
});

test('a container that is removed with its old one once it runs is created again, not started', async () => {
  engine.add('web');
  engine.onRequest = (call) => {
    if (call !== 'GET json web' || engine.find('web-before-eci') === undefined) return;
    if (engine.find('web')?.running === true) for (const name of ['web', 'web-before-eci']) remove(name);
  };
  expect(await engine.recreate({ ids: ['web'] })).toMatchObject([
    {
      kind: 'rollback-failed',
      step: 'wait',
      rollbackError: { reason: expect.stringContaining('web was created again and not started') },
    },
  ]);
  expect(engine.names()).toEqual(['web']);
});

test('a container that somebody created in place of the old one stays', async () => {
  engine.add('web');
  let other = '';
  engine.onRequest = (call) => {
    if (call !== 'POST stop web' || other !== '') return;
    remove('web');
    other = engine.add('web').id;
  };
  expect(await engine.recreate({ ids: ['web'] })).toMatchObject([{ kind: 'rollback-failed', step: 'swap' }]);
  expect([...engine.containers.keys()]).toEqual([other]);
  expect(engine.names()).toEqual(['web+']);
});

test('a container that is removed before the gateway refuses its new one is reported once', async () => {
  engine.add('web');
  engine.onRequest = (call) => {
    if (call.startsWith('POST create')) remove('web');
  };
  engine.failing.set('POST create', 403);
  expect(await engine.recreate({ ids: ['web'] })).toMatchObject([
    { kind: 'rollback-failed', step: 'create' },
  ]);
  expect(engine.names()).toEqual([]);
});

/** One, and another that uses its network and runs with --rm. */
const addPair = (): void => {
  const first = engine.add('a', { host: { RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } } });
  engine.add('b', { host: { AutoRemove: true, NetworkMode: `container:${first.id}` } });
};

test('a container without a new one runs on if one recreated with it ends by itself', async () => {
  addPair();
  engine.onRequest = (call) => {
    if (call.startsWith('POST create')) remove('b');
  };
  engine.failing.set('POST create', 403);
  await engine.recreate({ ids: ['a', 'b'], withoutRollback: true });
  expect(engine.names()).toEqual(['a+']);
  expect(engine.find('a')?.host['RestartPolicy']).toMatchObject({ Name: 'always' });
});

test('an old container kept beside the new one does not restart with the engine', async () => {
  addPair();
  let updates = 0;
  engine.onRequest = (call) => {
    if (call !== 'POST update a') return;
    if (updates++ === 0) engine.failing.set(call, 500);
    else engine.failing.delete(call);
  };
  await engine.recreate({ ids: ['a', 'b'], withoutRollback: true });
  expect(engine.names()).toEqual(['a+', 'a-before-eci', 'b+']);
  expect(engine.find('a-before-eci')?.host['RestartPolicy']).toMatchObject({ Name: 'no' });
});
