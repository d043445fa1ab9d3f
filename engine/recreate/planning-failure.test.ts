import { expect, test, vi } from 'vitest';
import { RecreationEngine } from './recreate-engine-fixture.ts';

const engine = new RecreationEngine();
let streamsWhilePlanning = 0;

vi.mock('./recreate-plan.ts', async (original) => ({
  ...(await original<typeof import('./recreate-plan.ts')>()),
  planRecreate: () => {
    streamsWhilePlanning = engine.eventStreams;
    throw new Error('no plan');
  },
}));

test('a recreation that cannot be planned leaves no stream of events open', async () => {
  await engine.listen();
  try {
    engine.add('web');
    await expect(engine.recreate({ ids: ['web'] })).rejects.toThrow('no plan');
    expect(streamsWhilePlanning).toBe(1);
    await expect.poll(() => engine.eventStreams).toBe(0);
  } finally {
    await engine.close();
  }
});
