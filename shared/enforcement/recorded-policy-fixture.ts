import type { RecordedPolicy } from './recorded-policy.ts';

/** The record of a gateway that enforces ECI, locked. */
export const recordedPolicy = (more: Partial<RecordedPolicy> = {}): RecordedPolicy => ({
  gateway: { pid: 1, started: '1', boot: 'b' },
  at: '2026-11-28T09:00:00Z',
  hash: 'seven',
  eci: true,
  locked: true,
  preferredOff: false,
  mode: 'enforce',
  backend: 'auto',
  problem: null,
  ...more,
});
