import { expect, test } from 'vitest';
import { settleUnderLock } from './recreate-interrupted.ts';
import { RecreationEngine } from './recreate-engine-fixture.ts';

test('old containers run again after an engine that restarted while the new one started', async () => {
  const engine = new RecreationEngine();
  await engine.listen();
  try {
    const { id } = engine.add('web');
    let restarts = 0;
    engine.onRequest = (call) => {
      if (call === 'POST start web' && restarts++ === 0) engine.restart();
    };
    expect(await engine.recreate({ ids: ['web'] })).toMatchObject([{ kind: 'rolled-back' }]);
    expect(engine.names()).toEqual(['web+']);
    expect(engine.find('web')?.id).toBe(id);
    expect(await settleUnderLock(engine.ports())).toEqual({ ok: true, value: [] });
  } finally {
    await engine.close();
  }
});
