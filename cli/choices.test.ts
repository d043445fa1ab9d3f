import { expect, test } from 'vitest';
import { embeddedCapabilities } from '../engine/targets/embedded/capabilities.ts';
import { container, recreatePlan } from '../renderer/dev/container-fixture.ts';
import { keepAllContainers } from '../shared/apply/plan.ts';
import type { RecreateRequest } from '../shared/containers/recreate.ts';
import { ok } from '../shared/result.ts';
import { resolveChoices, withoutBlocked, type ChoiceOptions } from './choices.ts';

const old = container('old', { protected: false });
const kept = container('web-before-eci', { protected: false, reason: 'replaced', state: 'exited' });
const target = {
  capabilities: embeddedCapabilities,
  scan: () =>
    Promise.resolve(ok({ at: '', durationMs: 1, eci: true, containers: [container('web'), old, kept] })),
};
const eciOn = '{"configurationFileVersion": 2, "enhancedContainerIsolation": {"value": true}}';
const resolve = (options: ChoiceOptions) => resolveChoices(target, eciOn, options);

test('--recreate without names does not include what a protected container replaced', async () => {
  expect(await resolve({ recreate: true })).toMatchObject({ ok: true, value: { recreate: [old.id] } });
});

test('--recreate refuses a container that a protected one replaced, by name', async () => {
  expect(await resolve({ recreate: ['web-before-eci'] })).toMatchObject({
    ok: false,
    error: {
      code: 'containers.recreate-blocked',
      message: 'web-before-eci cannot be recreated as it is',
      reason: 'web is its protected recreation',
    },
  });
});

test('a container with a blocker is not recreated, nor are those recreated with it', () => {
  const containers = [container('job', { obstacles: ['pid=host'] }), container('sidecar'), container('web')];
  const ids = containers.map(({ id }) => id);
  const request = { ids, commit: [], old: 'keep', withoutRollback: false } satisfies RecreateRequest;
  const [[job] = [], [sidecar] = [], web = []] = recreatePlan(containers, request).groups;
  const choices = { ...keepAllContainers, recreate: ids };
  const groups = [[job, sidecar].filter((item) => item !== undefined), web];
  expect(withoutBlocked(choices, { recreation: { groups, blocked: true } }).recreate).toEqual([
    container('web').id,
  ]);
  expect(withoutBlocked(choices, { recreation: { groups: [web], blocked: false } })).toBe(choices);
});
