import { expect, it, vi } from 'vitest';
import { fail, ok } from '../../shared/result.ts';
import type { TargetRef } from '../../shared/targets/target-id.ts';
import { secondStartTargets } from './second-start.ts';
import type { Sessions } from '../session/sessions.ts';

const engine = (root: string): TargetRef => ({ kind: 'embedded', root });
const settle = () =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

it('opens first what a second start requested before there were sessions', () => {
  const targets = secondStartTargets(engine('/a'), () => undefined);
  expect(targets.first()).toEqual(engine('/a'));
  targets.open(engine('/b'));
  targets.open(engine('/c'));
  expect(targets.first()).toEqual(engine('/c'));
});

it('switches to what a second start requests later, and reports if that is refused', async () => {
  const switchTo = vi
    .fn<Sessions['switchTo']>()
    .mockResolvedValueOnce(ok({}) as never)
    .mockResolvedValueOnce(fail('apply.in-progress', 'an apply is under way'));
  const report = vi.fn();
  const targets = secondStartTargets(null, report);
  targets.attach({ switchTo });
  targets.open(engine('/b'));
  await settle();
  expect(report).not.toHaveBeenCalled();
  targets.open(engine('/c'));
  await settle();
  expect(switchTo.mock.calls).toEqual([[engine('/b')], [engine('/c')]]);
  expect(report.mock.calls).toMatchObject([[{ code: 'apply.in-progress' }]]);
});
