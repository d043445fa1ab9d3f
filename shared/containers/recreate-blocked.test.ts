import { expect, test } from 'vitest';
import { blockedIds, withGroupBlockers } from './recreate-blocked.ts';
import type { RecreateItem, RecreateNote } from './recreate.ts';

const item = (name: string, ...codes: RecreateNote['code'][]): RecreateItem => ({
  id: name,
  name,
  image: '',
  running: true,
  unchanged: false,
  commit: false,
  changes: [],
  lost: [],
  written: null,
  blockers: codes.map((code) => ({ code, params: {} })),
});

test('a group with a blocker is not recreated', () => {
  const groups = [[item('job', 'no-rollback'), item('sidecar')], [item('web')]];
  expect([...blockedIds({ groups })]).toEqual(['job', 'sidecar']);
});

test('containers that only others of their group block say so, and no longer once nothing does', () => {
  const [first = []] = withGroupBlockers([[item('job', 'paused'), item('sidecar')]]);
  expect(first.map(({ blockers }) => blockers)).toEqual([
    [{ code: 'paused', params: {} }],
    [{ code: 'group-blocked', params: { names: ['job'] } }],
  ]);
  const unpaused = first.map((one) => (one.name === 'job' ? { ...one, blockers: [] } : one));
  expect(
    withGroupBlockers([unpaused])
      .flat()
      .map(({ blockers }) => blockers),
  ).toEqual([[], []]);
});
