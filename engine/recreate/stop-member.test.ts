import { expect, test } from 'vitest';
import { RecreationEngine } from './recreate-engine-fixture.ts';

test('the request to stop a container lasts as long as its own timeout', async () => {
  const engine = new RecreationEngine();
  await engine.listen();
  try {
    engine.add('slow', { config: { StopTimeout: 1800 } });
    engine.add('never', { config: { StopTimeout: -1 } });
    engine.add('usual');
    for (const name of ['slow', 'never', 'usual']) await engine.recreate({ ids: [name] });
    expect(engine.stopTimeouts).toEqual(['1800', null, null]);
  } finally {
    await engine.close();
  }
});
