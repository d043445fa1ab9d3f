import { expect, test, vi } from 'vitest';
import { useRecreationEngine, type RecreationEngine } from './recreate-engine-fixture.ts';

vi.mock('./recreate-plan.ts', async (original) => ({
  ...(await original<typeof import('./recreate-plan.ts')>()),
  planRecreate: () => {
    streamsWhilePlanning = engine.eventStreams;
    throw new Error('no plan');
  },
}));

let engine: RecreationEngine;
useRecreationEngine((started) => {
  engine = started;
});
let streamsWhilePlanning = 0;

test('a recreation that cannot be planned leaves no stream of events open', async () => {
  engine.add('web');
  await expect(engine.recreate({ ids: ['web'] })).rejects.toThrow('no plan');
  expect(streamsWhilePlanning).toBe(1);
  await expect.poll(() => engine.eventStreams).toBe(0);
});
