import { expect, test } from 'vitest';
import type { Container } from './protection.ts';
import { stoppedForGood } from './unprotected-use.ts';

const container = (name: string, more: Partial<Container>): Container => ({
  id: name,
  name,
  image: 'alpine',
  state: 'running',
  status: '',
  createdAt: '',
  runtime: 'runc',
  protected: false,
  reason: 'before-eci',
  range: null,
  privileged: false,
  restartPolicy: 'no',
  volumes: [],
  obstacles: [],
  labels: {},
  ...more,
});

test('A3: only running containers of another runtime and without a restart policy stay stopped', () => {
  const stay = stoppedForGood([
    container('before', {}),
    container('past', { reason: 'past-gateway', state: 'paused' }),
    container('on-failure', { restartPolicy: 'on-failure' }),
    container('returns', { restartPolicy: 'always' }),
    container('returns-too', { restartPolicy: 'unless-stopped' }),
    container('stopped', { state: 'exited' }),
    container('removed', { autoRemove: true }),
    container('replaced', { reason: 'replaced', state: 'exited' }),
    container('protected', { protected: true, reason: 'own-range' }),
    // Its runtime is the isolation runtime: it may start, and gets ids of its own then.
    container('range-at-next-start', { reason: 'no-user-namespace' }),
    container('unknown', { reason: 'unknown' }),
  ]);
  expect(stay.map(({ name }) => name)).toEqual(['before', 'past', 'on-failure']);
});
