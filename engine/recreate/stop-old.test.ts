import { expect, test } from 'vitest';
import { useRecreationEngine, type RecreationEngine } from './recreate-engine-fixture.ts';

let engine: RecreationEngine;
useRecreationEngine((started) => {
  engine = started;
});

test('the request to stop a container lasts as long as its own timeout', async () => {
  engine.add('slow', { config: { StopTimeout: 1800 } });
  engine.add('never', { config: { StopTimeout: -1 } });
  engine.add('usual');
  for (const name of ['slow', 'never', 'usual']) await engine.recreate({ ids: [name] });
  expect(engine.stopTimeouts).toEqual(['1800', null, null]);
});

test("the removal of a container run with --rm is not awaited by the engine's own wait", async () => {
  engine.add('job', { host: { AutoRemove: true } });
  engine.add('other');
  await engine.recreate({ ids: ['job'], withoutRollback: true });
  expect(engine.calls).toContain('POST stop job');
  expect(engine.names()).toEqual(['job+', 'other+']);
  expect(engine.find('job')?.host['Runtime']).toBe('bulkhead');
});
