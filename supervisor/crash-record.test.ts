import { describe, expect, it } from 'vitest';
import { crashAfterRestart, recordedCrash } from './crash-record.ts';

const at = '2026-03-01T10:00:05.000Z';
const nothing = { stopped: [], removed: [] };
const one = { id: 'b', name: 'job' };

describe('the recorded crash', () => {
  it('is one that lost no container, too', () => {
    expect(recordedCrash(null, { endedAt: at, killed: nothing })).toEqual({ at, containers: [], removed: 0 });
  });

  it('is the newest, with the containers that any of them killed', () => {
    const earlier = { at: '2026-03-01T09:00:00.000Z', containers: ['a'], removed: 1 };
    const killed = { stopped: [one], removed: [{ id: 'c', name: 'tmp' }] };
    expect(recordedCrash(earlier, { endedAt: at, killed })).toEqual({
      at,
      containers: ['a', 'b'],
      removed: 2,
    });
  });

  it('is found by the killed containers alone where no supervisor saw the end', () => {
    const killed = { stopped: [one], removed: [] };
    expect(recordedCrash(null, { endedAt: null, killed })).toMatchObject({ containers: ['b'], removed: 0 });
  });

  it('is unchanged by a start without a crash', () => {
    expect(recordedCrash(null, { endedAt: null, killed: nothing })).toBeNull();
    const earlier = { at, containers: [], removed: 0 };
    expect(recordedCrash(earlier, { endedAt: null, killed: nothing })).toBe(earlier);
  });

  it('is forgotten by a requested restart if it lost nothing', () => {
    expect(crashAfterRestart({ at, containers: [], removed: 0 })).toBeNull();
    const lost = { at, containers: ['a'], removed: 0 };
    expect(crashAfterRestart(lost)).toBe(lost);
  });
});
