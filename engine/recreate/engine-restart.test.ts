import { expect, test } from 'vitest';
import { useRecreationEngine, type RecreationEngine } from './recreate-engine-fixture.ts';

let engine: RecreationEngine;
useRecreationEngine((started) => {
  engine = started;
});

test('old containers run again after an engine that restarted while the new one started', async () => {
  const { id } = engine.add('web');
  let restarts = 0;
  engine.onRequest = (call) => {
    if (call === 'POST start web' && restarts++ === 0) engine.restart();
  };
  expect(await engine.recreate({ ids: ['web'] })).toMatchObject([{ kind: 'rolled-back' }]);
  expect(engine.names()).toEqual(['web+']);
  expect(engine.find('web')?.id).toBe(id);
});
