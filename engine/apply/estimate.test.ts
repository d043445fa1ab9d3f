import { describe, expect, test } from 'vitest';
import type { HistoryEntry } from '../store/history.ts';
import { estimateSeconds } from './estimate.ts';

describe('estimate', () => {
  const past = (ms: number): HistoryEntry => ({
    version: 1,
    at: '',
    uid: 0,
    user: '',
    hash: '',
    fromHash: '',
    how: 'apply',
    eci: true,
    durationsMs: { 'restart-engine': ms },
  });
  test('is the median of recent applies, so that one slow one does not count', () => {
    expect(
      estimateSeconds(
        ['restart-engine'],
        [past(90_000), past(2000), past(3000), past(2500), past(60_000), past(2200)],
      ),
    ).toBe(3);
    expect(estimateSeconds(['restart-engine'], [])).toBe(6);
    expect(estimateSeconds(['back-up'], [])).toBe(1);
    // Containers that ignore the stop signal: the waits of past restarts must not count for this one, and
    // vice versa.
    expect(estimateSeconds(['restart-engine'], [], { stopWait: 10 })).toBe(16);
    expect(estimateSeconds(['restart-engine'], [{ ...past(13_000), stopWait: 10 }])).toBe(3);
    expect(estimateSeconds(['restart-engine'], [{ ...past(13_000), stopWait: 10 }], { stopWait: 10 })).toBe(
      13,
    );
  });
});
