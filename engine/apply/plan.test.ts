import { describe, expect, test } from 'vitest';
import { keepAllContainers } from '../../shared/apply/plan.ts';
import type { EngineStatus } from '../../shared/engine-status/status.ts';
import { sha256 } from '../base/files.ts';
import { container, settingsText } from './apply-fixture.ts';
import { message } from '../../shared/messages/message.ts';
import { ok } from '../../shared/result.ts';
import { makePlan, withRecreation } from './plan.ts';
import { settingsInForce, type PlanFacts } from './plan-facts.ts';
import type { UserPreferences } from '../../shared/settings/preferences.ts';
import { embeddedCapabilities } from '../targets/embedded/capabilities.ts';

const engine: EngineStatus = {
  kind: 'embedded',
  phase: 'ready',
  name: 'host',
  root: '/r',
  socket: '/r/docker.sock',
  settingsPath: '/r/admin-settings.json',
  daemonJsonPath: '/r/daemon.json',
  supervisorPid: 1,
  dockerdPid: 2,
  generation: 1,
  startedAt: null,
  version: '26.1.5',
  apiVersion: null,
  kernel: null,
  os: null,
  storageDriver: null,
  defaultRuntime: 'runc',
  counts: { containers: 3, running: 1, images: 4 },
  gatewayUp: true,
  plannerUp: true,
  problem: null,
};
const stored = (text: string) => ({ exists: true, text, hash: sha256(text) });
const facts = (more: Partial<PlanFacts> = {}): PlanFacts => ({
  applied: stored(settingsText(false)),
  versions: { current: 3, recorded: true, next: 4, entries: [] },
  engine,
  capabilities: embeddedCapabilities,
  lint: { settingsFormat: 'engine', platform: 'linux' },
  backend: { id: 'exclusive', available: true, requirements: [] },
  runtimeName: 'bulkhead',
  engineConfig: { ok: true, value: { text: null, record: null, changes: [], conflicts: [] } },
  restartReason: null,
  scan: { at: '', durationMs: 1, eci: false, containers: [] },
  rights: null,
  ...more,
});
const codes = (plan: ReturnType<typeof makePlan>) => plan.effects.map((effect) => effect.code);

describe('dangerous shares', () => {
  const sharing = (...paths: string[]) =>
    JSON.stringify({
      configurationFileVersion: 2,
      enhancedContainerIsolation: { value: true },
      filesharingAllowedDirectories: paths.map((path) => ({ path, sharedByDefault: true })),
    });
  const afterwards = (draft: string, applied = settingsText(false)) =>
    makePlan(facts({ applied: stored(applied) }), draft, keepAllContainers).effects.filter(
      ({ when }) => when === 'afterwards',
    );

  test('come first, all by name; the whole file system must be typed, and nothing is outside of it', () => {
    const many = Array.from({ length: 60 }, (_, index) => `/srv/p${index}`);
    const effects = afterwards(sharing('$HOME', ...many, '/etc', '/'));
    expect(effects[0]).toEqual({
      kind: 'dangerous',
      when: 'afterwards',
      code: 'dangerous-shares',
      params: { count: 2, paths: ['/', '/etc'], everything: ['/'], typed: ['/'] },
    });
    expect(effects.map(({ code }) => code)).not.toContain('mounts-outside-shares-refused');
  });

  test('without the whole file system they are first in the list of what may be mounted', () => {
    const effects = afterwards(sharing('$HOME', '/srv/a', '/etc'));
    expect(effects[0]?.params).toMatchObject({ paths: ['/etc'], typed: [] });
    expect(effects.find(({ code }) => code === 'mounts-outside-shares-refused')?.params['paths']).toEqual([
      '/etc',
      '$HOME',
      '/srv/a',
    ]);
  });

  test('a share of the whole file system that is in force already need not be typed again', () => {
    const [first] = afterwards(sharing('/', '/srv/a'), sharing('/'));
    expect(first?.params).toMatchObject({ everything: ['/'], typed: [] });
  });

  test('are not an effect if the list is unchanged, or ECI is off', () => {
    const codesOf = (draft: string, applied: string) => afterwards(draft, applied).map(({ code }) => code);
    expect(codesOf(sharing('/'), sharing('/'))).not.toContain('dangerous-shares');
    const off = sharing('/').replace('"value":true', '"value":false');
    expect(codesOf(off, settingsText(false))).not.toContain('dangerous-shares');
  });
});

describe('a preference of a user that keeps ECI off', () => {
  const preferences: UserPreferences = { version: 1, by: 'sam', eci: false };
  const unlocked = settingsText(true).replace('"locked": true', '"locked": false');
  const preferred = (draft: string, more: Partial<PlanFacts> = {}) =>
    makePlan(facts({ preferences, ...more }), draft, keepAllContainers).effects.filter(
      ({ code }) => code === 'preference-off',
    );
  const effect = { kind: 'unprotected', when: 'afterwards', code: 'preference-off' };

  test('is named by a plan that leaves it in force', () => {
    expect(preferred(unlocked)).toEqual([{ ...effect, params: { by: 'sam' } }]);
    const unnamed = preferred(unlocked, { preferences: { version: 1, eci: false } });
    expect(unnamed).toEqual([{ ...effect, params: {} }]);
  });

  test('is not an effect if ECI is locked or off, or the preference is another one', () => {
    expect(preferred(settingsText(true))).toEqual([]);
    expect(preferred(unlocked.replace('"value": true', '"value": false'))).toEqual([]);
    for (const other of [null, { version: 1, eci: true }, { version: 1, blockDockerLoad: true }] as const)
      expect(preferred(unlocked, { preferences: other })).toEqual([]);
  });
});

describe('containers that are kept unprotected', () => {
  const running = container({ id: 'a'.repeat(64), name: 'web', state: 'running' });
  const old = container({ id: 'b'.repeat(64), name: 'old' });
  const kept = (bulkhead: object, more: Partial<PlanFacts> = {}) =>
    makePlan(
      facts({ scan: { at: '', durationMs: 1, eci: false, containers: [running, old] }, ...more }),
      JSON.stringify({
        configurationFileVersion: 2,
        enhancedContainerIsolation: { value: true },
        bulkhead,
      }),
      keepAllContainers,
    ).effects.find(({ code }) => code === 'containers-kept-unprotected')?.params;

  test('the plan states whether they stop, and whether they can be used afterwards', () => {
    expect(kept({})).toMatchObject({ count: 2, use: 'block', stopping: 0 });
    const restarted = kept({}, { restartReason: { code: 'not-prepared' } });
    expect(restarted).toMatchObject({ use: 'block', stopping: 1 });
    expect(kept({ existingContainers: 'warn' })).toMatchObject({ use: 'warn' });
    // The engine starts it without the gateway.
    expect(kept({})).toMatchObject({ returning: [] });
    const scan = { at: '', durationMs: 1, eci: false, containers: [{ ...old, restartPolicy: 'always' }] };
    expect(kept({}, { scan })).toMatchObject({ returning: ['old'] });
    // Nothing is refused then, whatever the value of the other key.
    expect(kept({ mode: 'audit' })).toMatchObject({ use: 'warn' });
  });
});

describe('plan', () => {
  const busy = container({ id: 'a'.repeat(64), name: 'busy', state: 'running', restartPolicy: 'always' });
  const old = container({ volumes: [{ name: 'db', anonymous: false, destination: '/db' }] });
  const mine = container({ id: 'b'.repeat(64), name: 'mine', protected: true, reason: 'own-range-stopped' });
  const scan = { at: '', durationMs: 1, eci: false, containers: [busy, old, mine] };

  test('turning ECI on: a reload, and which containers stay unprotected, and why', () => {
    const plan = makePlan(facts({ scan }), settingsText(true), keepAllContainers);
    expect(plan).toMatchObject({
      fromVersion: 3,
      toVersion: 4,
      baseHash: sha256(settingsText(false)),
      draftHash: sha256(settingsText(true)),
      blocked: false,
      restartNeeded: false,
      reloadNeeded: true,
      eciBefore: false,
      eciAfter: true,
      remove: [],
    });
    expect(codes(plan)).toEqual([
      'engine-reloads',
      'eci-on',
      'backend',
      'mounts-outside-shares-refused',
      'socket-images',
      'containers-kept-unprotected',
    ]);
    // "ECI is off" is no longer a reason once it is on.
    expect(plan.unprotected.map((c) => [c.name, c.reason])).toEqual([
      ['busy', 'before-eci'],
      ['old', 'before-eci'],
    ]);
  });
  test('an engine that cannot take it by a reload: one restart, its reason, and what stops', () => {
    const planned = (restartReason: PlanFacts['restartReason']) =>
      makePlan(facts({ scan, restartReason }), settingsText(true), keepAllContainers);
    const plan = planned({ code: 'not-prepared' });
    expect(plan).toMatchObject({ restartNeeded: true, reloadNeeded: false });
    expect(codes(plan)).toEqual([
      'engine-restarts',
      'restart-not-prepared',
      'containers-stop',
      'eci-on',
      'backend',
      'mounts-outside-shares-refused',
      'socket-images',
      'store-unchanged',
      'containers-kept-unprotected',
    ]);
    expect(plan.effects[2]?.params).toEqual({ count: 1, names: ['busy'], returning: ['busy'] });
    expect(codes(planned({ code: 'build-runtime' }))[1]).toBe('restart-build-runtime');
    expect(planned({ code: 'keys', keys: ['mtu'] }).effects[1]).toMatchObject({
      code: 'restart-keys',
      params: { count: 1, names: ['mtu'] },
    });
  });
  test('a restart stops nothing where live-restore keeps containers running over it', () => {
    const slow = { ...busy, stopWait: 9 };
    const planned = (liveRestoreCovers: PlanFacts['capabilities']['liveRestoreCovers']) => {
      const { engine, capabilities } = facts({});
      return makePlan(
        facts({
          scan: { ...scan, containers: [slow, old, mine] },
          restartReason: { code: 'not-prepared' },
          engine: { ...engine, liveRestore: true },
          capabilities: { ...capabilities, liveRestoreCovers },
        }),
        settingsText(true),
        keepAllContainers,
      );
    };
    // The longest wait of a running container for its stop, 9 s, is part of the estimate only if it stops.
    expect(planned([]).estimatedSeconds - planned(['restart']).estimatedSeconds).toBe(9);
    expect(codes(planned(['restart']))).not.toContain('containers-stop');
    expect(planned(['restart']).effects.at(-1)).toMatchObject({
      code: 'containers-kept-unprotected',
      params: { count: 2, stopping: 0 },
    });
    expect(codes(planned([]))).toContain('containers-stop');
  });
  test('chosen containers are removed, running ones only with includeRunning', () => {
    const choices = { remove: [busy.id, old.id, 'gone'], includeRunning: false, removeVolumes: true };
    const plan = makePlan(facts({ scan }), settingsText(true), choices);
    expect(plan.remove).toEqual([old.id]);
    expect(plan.effects.find((effect) => effect.code === 'containers-removed')?.params).toEqual({
      count: 1,
      names: ['old'],
    });
    expect(plan.effects.find((effect) => effect.code === 'volumes-removed')?.params).toEqual({
      count: 1,
      names: ['db'],
    });
    expect(
      plan.effects.find((effect) => effect.code === 'containers-kept-unprotected')?.params['names'],
    ).toEqual(['busy']);
    expect(
      makePlan(facts({ scan }), settingsText(true), { ...choices, includeRunning: true }).remove,
    ).toEqual([busy.id, old.id]);
  });
  test('containers to be recreated are listed as such, unless they are removed or ECI stays off', () => {
    const choices = { ...keepAllContainers, recreate: [busy.id, old.id, 'gone'], remove: [old.id] };
    const plan = makePlan(facts({ scan }), settingsText(true), choices);
    expect(plan.effects.find((effect) => effect.code === 'containers-recreated')).toMatchObject({
      kind: 'recreated',
      when: 'while-applying',
      params: { count: 1, names: ['busy'] },
    });
    expect(codes(plan)).not.toContain('containers-kept-unprotected');
    expect(codes(makePlan(facts({ scan }), settingsText(false), choices))).not.toContain(
      'containers-recreated',
    );
  });
  test('D: a chosen container that can not be recreated is listed as staying unprotected', () => {
    const choices = { ...keepAllContainers, recreate: [busy.id, old.id] };
    const plan = makePlan(facts({ scan }), settingsText(true), choices, new Set([busy.id]));
    const params = (code: string) => plan.effects.find((effect) => effect.code === code)?.params;
    expect(params('containers-recreated')).toMatchObject({ count: 1, names: ['old'] });
    expect(params('containers-kept-unprotected')).toMatchObject({ count: 1, names: ['busy'] });
    expect(
      codes(makePlan(facts({ scan }), settingsText(true), choices, new Set(choices.recreate))),
    ).not.toContain('containers-recreated');
  });
  test('D: a chosen recreation that the gateway will refuse blocks it; other obstacles do not', () => {
    const plan = makePlan(facts({ scan }), settingsText(true), { ...keepAllContainers, recreate: [busy.id] });
    const item = (code: 'refused' | 'gone-at-restart') => ({
      groups: [
        [
          {
            id: busy.id,
            name: 'busy',
            image: '',
            running: true,
            unchanged: false,
            changes: [],
            lost: [],
            blockers: [{ code, params: {} }],
            written: null,
            commit: false,
          },
        ],
      ],
      blocked: true,
    });
    expect(withRecreation(plan, item('refused'))).toMatchObject({
      blocked: true,
      blockers: [{ code: 'recreation', message: expect.stringContaining('recreating busy.') }],
      recreation: { blocked: true },
    });
    expect(withRecreation(plan, item('gone-at-restart'))).toMatchObject({
      blocked: false,
      blockers: [],
      recreation: { blocked: true },
    });
  });
  test('NRI plugins are listed next to ECI: of the running engine, or in daemon.json', () => {
    const extended = facts({ engine: { ...engine, extensions: ['nri', 'cdi'] } });
    expect(makePlan(extended, settingsText(true), keepAllContainers).effects).toContainEqual({
      kind: 'stays-in-view',
      when: 'afterwards',
      code: 'nri-plugins',
      params: {},
    });
    expect(codes(makePlan(extended, settingsText(false), keepAllContainers))).not.toContain('nri-plugins');
    const configured = facts();
    if (!configured.engineConfig.ok) throw new Error(configured.engineConfig.error.message);
    const text = '{"nri-opts": {"enable": true}}';
    const engineConfig = ok({ ...configured.engineConfig.value, text });
    expect(codes(makePlan({ ...configured, engineConfig }, settingsText(true), keepAllContainers))).toContain(
      'nri-plugins',
    );
  });
  test('a change that the gateway reloads restarts nothing, and the plan says so', () => {
    const plan = makePlan(
      facts(),
      settingsText(false, ',\n  "filesharingAllowedDirectories": []'),
      keepAllContainers,
    );
    expect(plan.restartNeeded).toBe(false);
    expect(codes(plan)).toEqual(['gateway-reloads']);
  });
  test('the plan names the earlier version that has the text of the draft, but not the current one', () => {
    const on = settingsText(true);
    const entry = (version: number, text: string) => ({
      version,
      at: '',
      uid: 0,
      user: 'root',
      hash: sha256(text),
      fromHash: '',
      how: 'apply' as const,
      eci: true,
      durationsMs: {},
    });
    const entries = [entry(1, on), entry(2, on), entry(3, settingsText(false))];
    const versions = { current: 3, recorded: true, next: 4, entries };
    const planned = (draft: string, more: Partial<PlanFacts> = {}) =>
      makePlan(facts({ versions, ...more }), draft, keepAllContainers);
    expect(planned(on)).toMatchObject({ fromVersion: 3, earlierVersion: 2, baseFile: 'usable' });
    expect(planned(settingsText(false))).not.toHaveProperty('earlierVersion');
    expect(planned(`${on}\n`)).not.toHaveProperty('earlierVersion');
    const none = { exists: false, text: '', hash: '' };
    expect(planned(on, { restoresEnforced: true, applied: none })).toMatchObject({ baseFile: 'lost' });
    const broken = { restoresEnforced: true, applied: stored('{') };
    expect(planned(on, broken)).toMatchObject({ baseFile: 'replaced' });
    // Changed by another program since: the newest recorded version is an earlier one.
    const changed = { versions: { ...versions, current: 4, recorded: false, next: 5 }, applied: stored('{') };
    expect(planned(settingsText(false), changed)).toMatchObject({
      fromVersion: 4,
      earlierVersion: 3,
      baseFile: 'unusable',
    });
  });
  test('the plan says whether a roll back leaves a file: none is missing before the first', () => {
    const none = { exists: false, text: '', hash: '' };
    const base = (versions: PlanFacts['versions']) =>
      makePlan(facts({ applied: none, versions }), settingsText(true), keepAllContainers).baseFile;
    expect(base({ current: 4, recorded: false, next: 5, entries: [] })).toBe('missing');
    expect(base({ current: 0, recorded: false, next: 1, entries: [] })).toBeUndefined();
  });
  test('a rule that the gateway enforces still is not new where the file is unusable or gone', () => {
    const enforced = settingsInForce(stored(settingsText(true)));
    const restoring = (more: Partial<PlanFacts>) =>
      codes(makePlan(facts({ enforced, ...more }), settingsText(true), keepAllContainers)).filter((code) =>
        /^(?:eci|mounts|directories|socket)/.test(code),
      );
    expect(restoring({ applied: stored('{') })).toEqual([]);
    expect(restoring({ applied: { exists: false, text: '', hash: '' } })).toEqual([]);
  });
  test('that users may turn ECI off from now on, or not any more, is an effect', () => {
    const locked = settingsText(true);
    const unlocked = locked.replace('"locked": true', '"locked": false');
    const from = (text: string, draft: string) =>
      makePlan(facts({ applied: stored(text) }), draft, keepAllContainers).effects;
    const afterwards = { when: 'afterwards', params: {} };
    expect(from(locked, unlocked)).toContainEqual({ ...afterwards, kind: 'allowed', code: 'eci-unlocked' });
    expect(from(unlocked, locked)).toContainEqual({ ...afterwards, kind: 'new-rule', code: 'eci-locked' });
  });
  test('a reload does not say that no container stops where some are removed', () => {
    const plan = makePlan(
      facts({ scan, applied: stored(settingsText(true)) }),
      settingsText(true, ',\n  "filesharingAllowedDirectories": []'),
      { remove: [old.id], includeRunning: false, removeVolumes: false },
    );
    expect(plan.effects.find(({ when }) => when === 'while-applying')?.params).toEqual({ chosen: 1 });
  });
  test('with ECI on, only rules that change are new', () => {
    const on = facts({
      applied: stored(settingsText(true)),
      engine: { ...engine, defaultRuntime: 'bulkhead' },
    });
    expect(
      codes(makePlan(on, settingsText(true, ',\n  "filesharingAllowedDirectories": []'), keepAllContainers)),
    ).toEqual(['gateway-reloads', 'mounts-outside-shares-refused']);
    const off = makePlan(on, settingsText(false), keepAllContainers);
    expect(off).toMatchObject({ reloadNeeded: true, eciBefore: true, eciAfter: false, unprotected: [] });
    expect(codes(off)).toContain('eci-off');
  });
  test('a directory less names the protected containers that mount it', () => {
    const mounting = { ...old, name: 'priv', protected: true, unsharedMounts: ['/srv/data'] };
    const before = settingsText(true, ',\n  "filesharingAllowedDirectories": [{ "path": "/srv/data" }]');
    const after = settingsText(true, ',\n  "filesharingAllowedDirectories": []');
    const on = facts({
      applied: stored(before),
      engine: { ...engine, defaultRuntime: 'bulkhead' },
      scan: { ...scan, containers: [mounting] },
    });
    const refused = (draft: string) =>
      makePlan(on, draft, keepAllContainers).effects.find(
        ({ code }) => code === 'mounts-outside-shares-refused',
      );
    expect(refused(after)?.params).toEqual({ count: 0, paths: [], mounting: 1, mountingNames: ['priv'] });
    expect(refused(before)).toBeUndefined();
  });
  test('a stopped engine is started; one that runs without the isolation runtime is reloaded', () => {
    const stopped = makePlan(
      facts({ engine: { ...engine, phase: 'stopped', counts: null }, scan: null }),
      settingsText(true),
      { ...keepAllContainers, remove: [old.id] },
    );
    expect(stopped).toMatchObject({ restartNeeded: true, remove: [] });
    expect(codes(stopped)).toContain('engine-starts');
    expect(
      makePlan(facts({ applied: stored(settingsText(true)) }), settingsText(true), keepAllContainers),
    ).toMatchObject({ reloadNeeded: true, blocked: false });
  });
  test('blocked by errors, requirements, daemon.json, rights, or nothing to apply', () => {
    const blockers = (more: Partial<PlanFacts>, text = settingsText(true)) =>
      makePlan(facts(more), text, keepAllContainers).blockers.map((blocker) => blocker.code);
    expect(blockers({})).toEqual([]);
    expect(blockers({}, '{')).toEqual(['findings']);
    expect(blockers({}, '\uFEFF' + settingsText(false))).toContain('findings');
    expect(blockers({ backend: null })).toEqual(['requirement']);
    expect(
      blockers({
        backend: {
          id: 'exclusive',
          available: false,
          requirements: [{ code: 'kernel', met: false, found: '5.4' }],
        },
      }),
    ).toEqual(['requirement']);
    expect(blockers({ backend: null }, settingsText(false, ',\n  "x": 1'))).toEqual([]);
    expect(
      blockers({ engineConfig: { ok: false, error: { code: 'daemon-json.invalid', message: 'broken' } } }),
    ).toEqual(['daemon-json']);
    expect(
      blockers({
        engineConfig: {
          ok: true,
          value: {
            text: '',
            record: null,
            changes: [],
            conflicts: [
              {
                pointer: '/hosts',
                value: [],
                reason: message('daemon-json.socket-behind-gateway'),
                hint: message('daemon-json.remove-key', { key: 'hosts' }),
              },
            ],
          },
        },
      }),
    ).toEqual(['daemon-json']);
    expect(blockers({ rights: message('engine.apply-needs-root') })).toEqual(['rights']);
    expect(blockers({}, settingsText(false))).toEqual(['nothing-to-apply']);
  });
  test('an unusable draft shows its errors, and no effects of another text', () => {
    for (const draft of [
      '{ broken',
      '',
      settingsText(true).replace('true, "value": true', 'true, "value": "yes"'),
    ]) {
      const plan = makePlan(
        facts({
          scan,
          engineConfig: {
            ok: true,
            value: {
              text: '',
              record: null,
              changes: [{ pointer: '/default-runtime', kind: 'set', after: 'bulkhead' }],
              conflicts: [],
            },
          },
        }),
        draft,
        keepAllContainers,
      );
      expect(plan).toMatchObject({
        blocked: true,
        blockers: [{ code: 'findings' }],
        effects: [],
        daemonJson: [],
        unprotected: [],
        missingRequirements: [],
        restartNeeded: false,
        eciBefore: false,
        eciAfter: false,
      });
      expect(plan.findings.some((finding) => finding.severity === 'error')).toBe(true);
    }
    expect(
      makePlan(facts({ rights: message('engine.apply-needs-root') }), '{', keepAllContainers).blockers.map(
        (blocker) => blocker.code,
      ),
    ).toEqual(['findings', 'rights']);
  });
  test('without a file and without a draft there is nothing to apply, and no error', () => {
    const plan = makePlan(facts({ applied: { exists: false, text: '', hash: '' } }), '', keepAllContainers);
    expect(plan).toMatchObject({
      blockers: [{ code: 'nothing-to-apply' }],
      findings: [],
      changes: [],
      effects: [],
    });
  });
  test('an unusable applied file counts as ECI on: the gateway is locked down', () => {
    expect(settingsInForce(stored('{ broken')).eci.value).toBe(true);
    expect(settingsInForce({ exists: true, text: '', hash: sha256('') }).eci.value).toBe(true);
    expect(settingsInForce({ exists: false, text: '', hash: '' }).eci.value).toBe(false);
    expect(
      makePlan(facts({ applied: stored('{ broken') }), settingsText(false), keepAllContainers),
    ).toMatchObject({ eciBefore: true, reloadNeeded: true, blocked: false });
  });
});
