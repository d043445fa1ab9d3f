import { expect, test } from 'vitest';
import { useRecreationEngine, type RecreationEngine } from './recreate-engine-fixture.ts';

let engine: RecreationEngine;
useRecreationEngine((started) => {
  engine = started;
});

/** One in which something was written, another that uses its network, and a third that uses the other's. */
function addGroup(side: { AutoRemove?: boolean } = {}) {
  const main = engine.add('main', { written: ['/kept'] });
  const joining = engine.add('side', { host: { ...side, NetworkMode: `container:${main.id}` } });
  engine.add('third', { host: { PidMode: `container:${joining.id}` } });
  return { ids: ['main', 'side', 'third'], commit: ['main'] };
}
const idOf = (name: string) => engine.find(name)?.id ?? '';
/** Indexes of the first calls that begin so. */
const firstCalls = (...starts: string[]) =>
  starts.map((start) => engine.calls.findIndex((call) => call.startsWith(start)));

test('containers that are not committed join the new one of a committed container', async () => {
  expect(await engine.recreate(addGroup())).toMatchObject([
    { kind: 'recreated', image: expect.any(String), started: true },
    { kind: 'recreated', image: null, started: true },
    { kind: 'recreated', image: null, started: true },
  ]);
  expect(engine.names()).toEqual(['main+', 'side+', 'third+']);
  expect(engine.find('side')?.host['NetworkMode']).toBe(`container:${idOf('main')}`);
  expect(engine.find('third')?.host['PidMode']).toBe(`container:${idOf('side')}`);
});

test('a container that a committed one joins is created once', async () => {
  const main = engine.add('main');
  engine.add('side', { written: ['/kept'], host: { NetworkMode: `container:${main.id}` } });
  expect(await engine.recreate({ ids: ['main', 'side'], commit: ['side'] })).toMatchObject([
    { kind: 'recreated' },
    { kind: 'recreated' },
  ]);
  expect(engine.calls.filter((call) => call.startsWith('POST create main'))).toHaveLength(1);
  expect(engine.names()).toEqual(['main+', 'side+']);
});

test('a container run with --rm is not stopped before its new one can join a committed one', async () => {
  const outcomes = await engine.recreate({ ...addGroup({ AutoRemove: true }), withoutRollback: true });
  expect(outcomes).toMatchObject([
    { kind: 'recreated', kept: 'main-before-eci' },
    { kind: 'recreated', kept: null },
    { kind: 'recreated', kept: null },
  ]);
  expect(engine.names()).toEqual(['main+', 'main-before-eci', 'side+', 'third+']);
  const [commit = 0, stop = 0] = firstCalls('POST commit', 'POST stop');
  expect(commit).toBeLessThan(stop);
});

test('a container that cannot be created again after a commit is restored with its group', async () => {
  const request = addGroup();
  const old = request.ids.map(idOf);
  engine.onRequest = (call) => {
    if (call.startsWith('POST commit')) engine.failing.set('POST create side', 403);
  };
  expect(await engine.recreate(request)).toMatchObject(
    request.ids.map(() => ({ kind: 'rolled-back', step: 'commit' })),
  );
  expect(engine.names()).toEqual(['main+', 'side+', 'third+']);
  expect(request.ids.map(idOf)).toEqual(old);
});
