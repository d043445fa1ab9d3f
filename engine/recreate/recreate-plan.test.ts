import { describe, expect, test } from 'vitest';
// Responses of a Docker Engine 26.1 about containers created with a flag of every kind.
import samples from '../../shared/containers/inspected-samples.json' with { type: 'json' };
import { parseInspection } from '../../shared/containers/container-inspection.ts';
import type { RecreateRequest } from '../../shared/containers/recreate.ts';
import { root } from '../base/docker-client-as.ts';
import type { RecreateFacts, Subject } from './recreate-facts.ts';
import { recreationRequests, planRecreate, withRefusals } from './recreate-plan.ts';

const written = { bytes: 5, paths: 1 };
function subject(host: object = {}, more: Partial<Subject> = {}, named: object = {}): Subject {
  const read = parseInspection({
    ...samples.full,
    HostConfig: { ...samples.full.HostConfig, ...host },
    ...named,
  });
  if (!read.ok) throw new Error(read.error.reason);
  return {
    inspected: read.value,
    isProtected: false,
    user: root,
    image: { reference: 'busybox', hasEntrypoint: false },
    written: { bytes: 0, paths: 0 },
    ...more,
  };
}
const plan = (one: Subject, more: Partial<RecreateRequest> = {}, others: Subject[] = []) => {
  const facts: RecreateFacts = {
    eci: true,
    engine: { runtime: 'bulkhead', apiVersion: '1.45', cgroupVersion: '2' },
    subjects: [one, ...others],
    others: [],
    notInspected: [],
  };
  const item = planRecreate(facts, {
    ids: ['full'],
    commit: [],
    old: 'remove-when-healthy',
    withoutRollback: true,
    ...more,
  })
    .groups.flat()
    .find(({ subject: { inspected } }) => inspected === one.inspected);
  if (item === undefined) throw new Error('nothing is planned');
  return {
    removeOld: item.removeOld,
    changes: item.changes.map(({ code }) => code),
    lost: item.lost.map(({ code }) => code),
  };
};

describe('the old container (D)', () => {
  test('is removed if nothing was written inside it, or if that is committed', () => {
    for (const one of [plan(subject()), plan(subject({}, { written }), { commit: ['full'] })]) {
      expect(one.removeOld).toBe(true);
      expect(one.lost).toEqual(['memory', 'logs']);
      expect(one.changes).not.toContain('kept-written');
    }
  });
  test('is kept if files in it changed or that is unknown, unless it is to be removed', () => {
    expect(plan(subject({}, { written }))).toMatchObject({
      removeOld: false,
      changes: expect.arrayContaining(['kept-written']),
      lost: ['memory', 'writable-layer'],
    });
    expect(plan(subject({}, { written: null }))).toMatchObject({
      removeOld: false,
      changes: expect.arrayContaining(['kept-written']),
      lost: ['memory', 'writable-unknown'],
    });
    expect(plan(subject({}, { written: null }), { old: 'remove' })).toMatchObject({
      removeOld: true,
      lost: ['memory', 'writable-unknown', 'logs'],
    });
  });
  test('is removed with its log if the engine keeps the log', () => {
    expect(plan(subject({ LogConfig: { Type: 'local' } })).lost).toContain('logs');
    expect(plan(subject({ LogConfig: { Type: 'journald' } })).lost).not.toContain('logs');
    expect(plan(subject(), { old: 'keep' }).lost).not.toContain('logs');
  });
  test('run with --rm is removed in any case: with its log, and with what it writes after a commit', () => {
    expect(plan(subject({ AutoRemove: true }, { written }), { old: 'keep' })).toMatchObject({
      lost: ['memory', 'writable-layer', 'logs', 'auto-remove'],
    });
    expect(plan(subject({ AutoRemove: true }, { written }), { commit: ['full'] }).lost).toEqual([
      'memory',
      'logs',
      'auto-remove',
      'after-commit',
    ]);
    expect(plan(subject({ AutoRemove: true }, { written })).changes).not.toContain('kept-written');
  });
  test('is kept if it is committed while it runs, and does not remove itself', () => {
    const [one, other] = [
      subject({}, { written }),
      subject(
        { NetworkMode: 'container:full', AutoRemove: true },
        { written },
        { Id: 'b'.repeat(64), Name: '/b' },
      ),
    ];
    const kept = plan(one, { commit: ['full', 'b'] }, [other]);
    expect(kept).toMatchObject({ removeOld: false, changes: expect.arrayContaining(['kept-after-commit']) });
    expect(kept.changes).not.toContain('kept-written');
    expect(kept.lost).not.toContain('after-commit');
    const removed = plan(one, { commit: ['full', 'b'], old: 'remove' }, [other]);
    expect(removed).toMatchObject({ removeOld: true, lost: expect.arrayContaining(['after-commit']) });
  });
});

describe('refusals by the gateway (D)', () => {
  const planned = (one: Subject) =>
    planRecreate(
      {
        eci: true,
        engine: { runtime: 'bulkhead', apiVersion: '1.45', cgroupVersion: '2' },
        subjects: [one],
        others: [],
        notInspected: [],
      },
      { ids: ['full'], commit: [], old: 'keep', withoutRollback: true },
    );
  const blockers = (one: Subject, rule: string, setting: string | null = null) => {
    const plan = planned(one);
    const refused = withRefusals(
      plan,
      new Map([[one.inspected.view.Id, [{ rule, message: 'refused', setting }]]]),
    );
    return { blocked: refused.blocked, blockers: refused.groups.flat().flatMap((item) => item.blockers) };
  };
  test('are decided for the user who requests the new container', () => {
    expect(recreationRequests(planned(subject({}, { user: { name: 'u', uid: 7, gid: 8 } })))).toMatchObject([
      {
        name: 'full',
        user: { uid: 7, gid: 8 },
        body: { Image: 'busybox', HostConfig: { Runtime: 'bulkhead' } },
      },
    ]);
    expect(recreationRequests(planned(subject({}, { isProtected: true })))).toEqual([]);
  });
  test("are blockers with the gateway's message, and the setting that would allow it", () => {
    expect(blockers(subject(), 'bind-not-shared')).toEqual({
      blocked: true,
      blockers: [{ code: 'refused', params: { rule: 'bind-not-shared', message: 'refused' } }],
    });
    expect(blockers(subject(), 'host-device', '/bulkhead/devices').blockers).toMatchObject([
      { params: { rule: 'host-device', setting: '/bulkhead/devices' } },
    ]);
  });
  test('are not repeated if a blocker of the plan covers them', () => {
    expect(blockers(subject({ PidMode: 'host' }), 'host-namespace').blockers).toEqual([
      { code: 'host-namespace', params: { option: '--pid=host' } },
    ]);
    expect(
      blockers(subject({ PidMode: 'host' }), 'bind-not-shared').blockers.map(({ code }) => code),
    ).toEqual(['host-namespace', 'refused']);
  });
});
