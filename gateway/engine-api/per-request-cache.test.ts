import { describe, expect, it } from 'vitest';
import { createEngineFacts } from './create-engine-facts.ts';
import type { ContainerFacts } from './engine-facts.ts';
import { perRequestCache } from './per-request-cache.ts';

const container = (id: string): ContainerFacts => ({
  id,
  name: '',
  image: '',
  imageId: '',
  runtime: '',
  running: false,
  terminal: false,
  pid: 0,
  mounts: [],
  devices: [],
  bindsRequiringSource: [],
  labels: {},
  networks: [],
  user: '',
  created: '',
  startedAt: '',
  autoRemove: false,
  layers: null,
});

describe('B7: the facts of one request', () => {
  it('stay the same when a name refers to another container meanwhile', async () => {
    const ids = ['own', "another's"];
    const engine = createEngineFacts('/nowhere');
    const facts = perRequestCache({
      ...engine,
      container: () => Promise.resolve(container(ids.shift() ?? '')),
    });
    expect((await facts.container('x'))?.id).toBe('own');
    expect((await facts.container('x'))?.id).toBe('own');
    expect((await facts.container('y'))?.id).toBe("another's");
    engine.close();
  });

  it('include a volume once it was created', async () => {
    const volume = { name: 'v', driver: 'local', options: {}, labels: {} };
    let created = false;
    const engine = createEngineFacts('/nowhere');
    const facts = perRequestCache({
      ...engine,
      volume: () => Promise.resolve(created ? volume : null),
      createVolume: () => {
        created = true;
        return Promise.resolve(volume);
      },
    });
    expect(await facts.volume('v')).toBeNull();
    await facts.createVolume('v', {});
    expect(await facts.volume('v')).toBe(volume);
    engine.close();
  });
});
