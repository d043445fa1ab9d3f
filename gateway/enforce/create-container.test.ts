import { mkdtemp, mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { gatherMountFacts } from './create-container.ts';
import type { EngineFacts } from '../engine-api/engine-facts.ts';

const environment = { engineSockets: [], engineDirectories: [], shares: ['/tmp'] };

describe('facts of one request', () => {
  it('are not looked up any more once the client has disconnected', async () => {
    const left = new AbortController();
    let lookups = 0;
    const facts = {
      volume: () => {
        if (++lookups === 2) left.abort(new Error('left'));
        return Promise.resolve(null);
      },
    } as Partial<EngineFacts> as EngineFacts;
    const volumes = Array.from({ length: 100 }, (_, index) => `v${index}`);
    await expect(gatherMountFacts({ volumes, binds: [] }, facts, environment, left.signal)).rejects.toThrow(
      'left',
    );
    expect(lookups).toBe(2);
    await expect(
      gatherMountFacts({ volumes: [], binds: ['/tmp'] }, facts, environment, left.signal),
    ).rejects.toThrow('left');
  });

  it('are limited in the number of directories', async () => {
    const dir = await mkdtemp('/tmp/bulkhead-lookups-');
    try {
      await mkdir(path.join(dir, 'a'));
      const binds = Array.from({ length: 20_010 }, (_, index) => path.join(dir, 'a', String(index)));
      // binds only: the engine is not queried
      const facts = await gatherMountFacts({ volumes: [], binds }, {} as EngineFacts, environment);
      expect(facts.binds.get(binds[0] ?? '')).toMatchObject({ real: binds[0], share: '/tmp' });
      expect(facts.binds.get(binds.at(-1) ?? '')).toMatchObject({
        real: null,
        problem: { text: 'this request has more than 20000 directories and links to examine' },
      });
    } finally {
      await rm(dir, { recursive: true });
    }
  });
});
