import { expect, test } from 'vitest';
import type { RecreateNote } from '../../shared/containers/recreate.ts';
import { blockedOutcomes } from './recreate-execution.ts';

const member = (name: string, ...blockers: RecreateNote[]) => ({ id: name, name, blockers });
const rm: RecreateNote = { code: 'no-rollback', params: {} };

test('a group without a blocker is recreated', () => {
  expect(blockedOutcomes([member('web'), member('db')])).toBeNull();
});

test('a blocked container has the reason, and a command that works', () => {
  const [job] = blockedOutcomes([member('job', rm)]) ?? [];
  expect(job).toMatchObject({
    kind: 'refused',
    error: {
      code: 'containers.recreate-blocked',
      message: 'it cannot be recreated as it is',
      reason: 'it runs with --rm, so nothing is left to roll back to once it is stopped',
      hint: expect.stringContaining('bulkhead containers recreate job --without-rollback'),
    },
  });
  const [paused] = blockedOutcomes([member('db', { code: 'paused', params: {} })]) ?? [];
  expect(paused).toMatchObject({
    error: {
      reason: 'it is paused: unpause it first',
      hint: expect.stringContaining('bulkhead containers recreate db --dry-run'),
    },
  });
});

test('the others of its group say which one is in the way', () => {
  const outcomes = blockedOutcomes([member('sidecar'), member('job', rm)]);
  expect(outcomes?.map((outcome) => ('error' in outcome ? outcome.error.message : null))).toEqual([
    'job, which shares its namespaces, cannot be recreated, and so it is not either',
    'it cannot be recreated as it is',
  ]);
});

test.each([
  [{ code: 'shared-by', params: { names: ['a', 'b'] } }, 'a, b share its namespaces: recreate them together'],
  [{ code: 'host-namespace', params: { option: '--pid=host' } }, /^--pid=host is not possible under ECI/],
  [{ code: 'refused', params: { message: 'denied' } }, 'denied'],
  [{ code: 'not-inspected', params: { why: 'no answer' } }, 'no answer'],
  [
    { code: 'joined-gone', params: { name: 'db' } },
    'it shares the namespaces of container db, which is gone',
  ],
] satisfies [RecreateNote, string | RegExp][])('a blocker has its reason: %j', (note, reason) => {
  const [outcome] = blockedOutcomes([member('web', note)]) ?? [];
  expect(outcome !== undefined && 'error' in outcome ? outcome.error.reason : null).toMatch(reason);
});
