import { expect, test } from 'vitest';
import { useRecreationEngine, type RecreationEngine } from './recreate-engine-fixture.ts';

let engine: RecreationEngine;
useRecreationEngine((started) => {
  engine = started;
});

/** Something is written inside the old container while it stops. */
const writesAtStop = (call: string) => {
  if (call === 'POST stop web') engine.find('web')?.written.push('/srv', '/srv/state.db');
};

test('an old container in which nothing was written is removed', async () => {
  engine.add('web');
  expect(await engine.recreate({ ids: ['web'] })).toMatchObject([{ kind: 'recreated', kept: null }]);
  expect(engine.names()).toEqual(['web+']);
});

test('what an old container writes after it was inspected, or while it stops, keeps it', async () => {
  engine.add('web');
  engine.onRequest = writesAtStop;
  expect(await engine.recreate({ ids: ['web'] })).toMatchObject([
    { kind: 'recreated', kept: 'web-before-eci', started: true },
  ]);
  expect(engine.names()).toEqual(['web+', 'web-before-eci']);
  expect(engine.find('web-before-eci')?.written).toContain('/srv/state.db');
});

test('an old container whose changes cannot be listed any more is kept', async () => {
  engine.add('web');
  engine.onRequest = (call) => {
    if (call === 'POST stop web') engine.failing.set('GET changes', 500);
  };
  expect(await engine.recreate({ ids: ['web'] })).toMatchObject([{ kept: 'web-before-eci' }]);
  expect(engine.names()).toEqual(['web+', 'web-before-eci']);
});

test('an old container that is to be removed is removed, whatever it writes', async () => {
  engine.add('web');
  engine.onRequest = writesAtStop;
  expect(await engine.recreate({ ids: ['web'], old: 'remove' })).toMatchObject([{ kept: null }]);
  expect(engine.names()).toEqual(['web+']);
});

/** Two committed while they run, since one runs with --rm; the first writes something after its commit. */
const recreatePair = (old: 'remove' | 'remove-when-healthy') => {
  const { id } = engine.add('web', { written: ['/srv/state.db'] });
  engine.add('job', { written: ['/job'], host: { AutoRemove: true, NetworkMode: `container:${id}` } });
  engine.onRequest = writesAtStop;
  return engine.recreate({ ids: ['web', 'job'], commit: ['web', 'job'], old, withoutRollback: true });
};

test('an old container that was committed while it ran is kept', async () => {
  expect(await recreatePair('remove-when-healthy')).toMatchObject([
    { kind: 'recreated', kept: 'web-before-eci', image: expect.any(String) },
    { kind: 'recreated', kept: null, image: expect.any(String) },
  ]);
  expect(engine.names()).toEqual(['job+', 'web+', 'web-before-eci']);
});

test('an old container that was committed while it ran is removed if it is to be removed', async () => {
  expect(await recreatePair('remove')).toMatchObject([{ kept: null }, { kept: null }]);
  expect(engine.names()).toEqual(['job+', 'web+']);
});
