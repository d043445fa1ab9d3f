import { afterEach, describe, expect, test } from 'vitest';
import { recreateNoteCodes, type RecreateItem } from '../shared/containers/recreate.ts';
import { setLocale } from './language.ts';
import { describeRecreatePlan, noteText, outcomeText } from './recreate-text.ts';

afterEach(() => setLocale('en'));

const item = (more: Partial<RecreateItem> = {}): RecreateItem => ({
  id: 'c0ffee'.padEnd(64, '0'),
  name: 'web',
  image: 'nginx:1',
  running: true,
  unchanged: false,
  commit: false,
  changes: [],
  lost: [],
  blockers: [],
  written: { bytes: 1234, paths: 1 },
  ...more,
});

describe('the texts of containers recreate', () => {
  test('every note has a sentence', () => {
    for (const code of recreateNoteCodes)
      expect(
        noteText({ code, params: { names: ['a', 'b'], paths: 2, bytes: 5, message: 'refused' } }),
      ).toMatch(/\w{2,}/);
    expect(noteText({ code: 'shared-by', params: { names: ['a'] } })).toBe(
      'a shares its namespaces: recreate them together',
    );
    expect(noteText({ code: 'writable-layer', params: { bytes: 2_500_000, paths: 1 } })).toContain(
      '2.5 MB in 1 path (',
    );
  });

  test('names are separated as the language does', async () => {
    await setLocale('zh-CN');
    expect(noteText({ code: 'linked-by', params: { names: ['a', 'b'] } })).toContain('a、b');
    const groups = [[item(), item({ name: 'side', id: 'd'.repeat(64) })]];
    expect(describeRecreatePlan({ blocked: false, groups })).toContain('web、side');
  });

  test('a plan lists blockers, changes, losses, and groups', () => {
    expect(
      describeRecreatePlan({
        blocked: true,
        groups: [
          [
            item({
              commit: true,
              changes: [{ code: 'runtime', params: { before: 'runc', after: 'bulkhead' } }],
              lost: [{ code: 'memory', params: {} }],
            }),
            item({ name: 'side', running: false, blockers: [{ code: 'paused', params: {} }] }),
          ],
          [item({ name: 'done', unchanged: true })],
        ],
      }),
    ).toBe(`Together, since they share namespaces: web, side
1. web  c0ffee000000  nginx:1  running: it stops, and the new one starts
   changes
   - runtime: runc → bulkhead, in a user namespace of its own
   carried over by a commit
   - what was written inside it: 1.2 kB in 1 path
   not carried over
   - what its processes have in memory
2. side  c0ffee000000  nginx:1  it cannot be recreated as it is
   in the way
   - it is paused: unpause it first

3. done  is protected already: nothing to do`);
  });

  test("an outcome reports the current state, with the engine's message if it failed", () => {
    const of = (outcome: Parameters<typeof outcomeText>[0]['outcome']) =>
      outcomeText({ id: 'x', name: 'we\u202eb', step: null, outcome });
    expect(of({ kind: 'recreated', id: 'x', kept: 'web-before-eci', image: null, started: true })).toBe(
      'we\\u202eb: recreated, protected and running; ' +
        'the old one is web-before-eci, stopped and without a restart policy',
    );
    expect(
      of({
        kind: 'refused',
        error: {
          code: 'containers.recreate-blocked',
          message: 'the new container was not made',
          reason: 'enhanced container isolation: no',
          hint: 'Change it.',
        },
      }),
    ).toBe(
      'we\\u202eb: not recreated, nothing was stopped. the new container was not made: ' +
        'enhanced container isolation: no\n  Change it.',
    );
  });
});
