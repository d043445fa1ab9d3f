import { afterEach, describe, expect, test } from 'vitest';
import type { EngineStatus } from '../shared/engine-status/status.ts';
import type { ApplyPlan, PlanEffect } from '../shared/apply/plan.ts';
import { shownSteps } from '../shared/apply/steps.ts';
import type { RecreateItem } from '../shared/containers/recreate.ts';
import { describeEffect } from './effect-text.ts';
import { setLocale } from './language.ts';
import { describeOutcome, describePlan, describeStep } from './plan-text.ts';
import { describeVerification } from './verification-text.ts';
import type { Verification } from '../shared/verify/claims.ts';
import { describeStatus, needsAction, type StatusReport } from './status.ts';
import type { Enforcement, PolicyInForce } from '../shared/enforcement/enforcement.ts';
import { checkStateOf, describeCheck } from './status-check.ts';

afterEach(() => setLocale('en'));

const engine: EngineStatus = {
  kind: 'embedded',
  phase: 'ready',
  name: 'h',
  root: '/r',
  socket: '/r/docker.sock',
  settingsPath: '',
  daemonJsonPath: '',
  supervisorPid: 1,
  dockerdPid: 1,
  generation: 1,
  startedAt: null,
  version: '26.1.5',
  apiVersion: null,
  kernel: null,
  os: null,
  storageDriver: null,
  defaultRuntime: 'bulkhead',
  counts: null,
  gatewayUp: true,
  plannerUp: true,
  problem: null,
};
const policy: PolicyInForce = {
  source: 'applied',
  version: 2,
  hash: 'x',
  eci: true,
  locked: true,
  audit: false,
  backend: 'auto',
  socketMounts: false,
  preferredOff: null,
};
const enforcementIn = (more: Partial<Enforcement> = {}): Enforcement => ({
  by: 'gateway',
  now: policy,
  nextStart: policy,
  difference: null,
  changedOutside: false,
  restorableVersion: null,
  ...more,
});
const report = (more: Partial<StatusReport>): StatusReport => ({
  engine,
  protection: 'protected',
  enforcement: enforcementIn(),
  eci: true,
  audit: false,
  preferredOff: null,
  killed: [],
  unprotected: 0,
  verification: { at: new Date(Date.now() - 180_000).toISOString(), durationMs: 1, eci: true, claims: [] },
  appliedVersion: 2,
  draftDiffers: false,
  apply: null,
  recreation: null,
  olderSettings: null,
  settingsProblem: null,
  ...more,
});
const first = (more: Partial<StatusReport>) => describeStatus(report(more)).split('\n')[0];

describe('the protection sentence', () => {
  test('is one of five', () => {
    expect(first({})).toBe('Protected and verified 3 min ago');
    expect(first({ unprotected: 1 })).toBe('Protected and verified 3 min ago, except 1 container');
    expect(first({ protection: 'unverified', verification: null })).toBe('On, but not verified');
    expect(first({ protection: 'unverified' })).toMatch(/^On, but not verified since \d{4}-/);
    const verification = {
      ...{ at: new Date().toISOString(), durationMs: 1, eci: true, claims: [], kernel: '6.1.0' },
    };
    const onNewKernel = { protection: 'unverified', engine: { ...engine, kernel: '6.12.0' } } as const;
    expect(first({ ...onNewKernel, verification })).toBe('On, but not verified on this kernel (6.12.0)');
    expect(first({ protection: 'off' })).toBe('Off: root in a container is root on the host');
    expect(
      describeStatus(
        report({
          protection: 'stopped',
          engine: {
            ...engine,
            kind: 'docker-engine',
            phase: 'unreachable',
            problem: { message: 'This user may not use it.', logTail: [] },
          },
        }),
      ),
    ).toMatch(
      /^No response from the engine: what runs there is not known\nProblem: This user may not use it\.\n/,
    );
    expect(first({ protection: 'stopped' })).toBe('Engine stopped: nothing runs, nothing is checked');
  });
  test('names the version that is enforced while the settings file is lost, and fails', () => {
    const lost = report({
      protection: 'unverified',
      enforcement: enforcementIn({
        now: { ...policy, source: 'retained', version: 7 },
        nextStart: { ...policy, source: 'retained', version: 7 },
        difference: 'deleted',
        restorableVersion: 7,
      }),
    });
    expect(describeStatus(lost).split('\n').slice(0, 3)).toEqual([
      'Still on, from version 7: the settings file was deleted',
      'The settings file was deleted. The gateway keeps enforcing version 7, with ECI on. ' +
        'A restart does not change that.',
      'Restore version 7: bulkhead settings rollback 7 && bulkhead apply',
    ]);
    const silent = report({ engine: { ...engine, phase: 'unreachable' } });
    expect([lost, silent, report({})].map(needsAction)).toEqual([true, true, false]);
  });
  test('says that the settings were changed outside since the verification, as does the version', () => {
    const outside = { enforcement: enforcementIn({ changedOutside: true }) };
    const verification = {
      ...{ at: new Date().toISOString(), durationMs: 1, eci: true, claims: [], settingsHash: 'earlier' },
    };
    const changed = report({ ...outside, protection: 'unverified', verification });
    expect(describeStatus(changed)).toMatch(
      /^On, but not verified: the settings in force were changed outside Bulkhead\n/,
    );
    expect(describeStatus(changed)).toMatch(/settings +version 2, changed outside Bulkhead$/m);
    expect(checkStateOf(changed)).toBe('warning');
    const verified = { ...outside, verification: { ...verification, settingsHash: 'x' } };
    expect(first(verified)).toMatch(/^Protected and verified/);
    expect(describeStatus(report({ ...verified, draftDiffers: true }))).toContain(
      'version 2, changed outside Bulkhead, the draft differs (bulkhead plan)',
    );
  });
  test('claims no protection if nothing enforces the settings', () => {
    const enforcement = enforcementIn({ by: 'nothing', now: { ...policy, source: 'none', eci: false } });
    expect(first({ protection: 'off', enforcement })).toBe(
      'Off: nothing enforces the settings on this engine',
    );
  });
  test('unknown facts are reported, not left out', () => {
    expect(describeStatus(report({ unprotected: null }))).toContain('could not be listed');
    expect(describeStatus(report({ apply: 'interrupted' }))).toContain('An apply was interrupted');
    expect(describeStatus(report({ recreation: 'interrupted' }))).toContain('A recreation was interrupted');
    expect(describeStatus(report({ apply: 'running' }))).toContain('An apply is under way');
    expect(describeStatus(report({ engine: { ...engine, prepared: 'upgrade' } })).split('\n')).toContain(
      'An upgrade is prepared: it comes into force when the machine starts next, or with: ' +
        'sudo bulkhead install',
    );
    expect(
      describeStatus(report({ engine: { ...engine, replacedGateways: [800, 1200] } })).split('\n'),
    ).toContain('  gateway   earlier ones still serve open connections (pid 800, 1200)');
    expect(first({ protection: 'audit', audit: true })).toMatch(/^On in audit mode: rules deny nothing/);
  });
});

test('steps are printed when they have ended, with their duration', () => {
  const steps = shownSteps({ reloadNeeded: false, eciAfter: true }).map((step) => ({ step }));
  const verify = { step: 'verify', state: 'running', startedAt: '', durationMs: null, detail: null } as const;
  expect(describeStep(verify, steps)).toBeNull();
  const restart = {
    step: 'restart-engine',
    state: 'done',
    startedAt: '',
    durationMs: 5810,
    detail: 'Docker Engine 26',
  } as const;
  expect(describeStep(restart, steps)).toMatch(/^4\/8 Restart the engine +5\.8 s +Docker Engine 26$/);
});
test('an outcome has a reason and what to try; a failed roll back names the backup', () => {
  const error = {
    code: 'engine.start-failed' as const,
    message: 'the engine did not start',
    reason: 'no space left',
    hint: 'Make room.',
  };
  const run = {
    id: '',
    fromVersion: 1,
    toVersion: 2,
    startedAt: '',
    endedAt: '',
    steps: [],
    activity: 'ended' as const,
    cancellable: false,
    estimatedSeconds: 1,
  };
  const text = describeOutcome({
    ...run,
    outcome: {
      kind: 'rollback-failed',
      failedStep: 'restart-engine',
      error,
      rollbackError: error,
      backupDir: '/r/history/apply-backup',
    },
  });
  expect(text).toContain('why: no space left');
  expect(text).toContain('/r/history/apply-backup');
  expect(
    describeOutcome({
      ...run,
      outcome: { kind: 'rolled-back', failedStep: 'verify', error, restoredVersion: 1 },
    }),
  ).toMatch(/^Rolled back to version 1: "Verify from inside" failed\./);
  const cancelled = { code: 'apply.cancelled' as const, message: 'the apply was cancelled' };
  expect(
    describeOutcome({
      ...run,
      outcome: { kind: 'rolled-back', failedStep: 'verify', error: cancelled, restoredVersion: 1 },
    }),
  ).toBe('Cancelled, and rolled back to version 1. The draft is kept.');
});
test('an applied version that could not be recorded is reported', () => {
  const run = {
    id: '',
    fromVersion: 1,
    toVersion: 2,
    startedAt: '',
    endedAt: '',
    steps: [],
    activity: 'ended' as const,
    cancellable: false,
    estimatedSeconds: 1,
  };
  const text = describeOutcome({
    ...run,
    outcome: {
      kind: 'applied',
      version: 2,
      verification: null,
      removed: [],
      recreated: [],
      unrecorded: 'ENOSPC: no space left on device, write',
    },
  });
  expect(text.split('\n')).toEqual([
    'Version 2 is applied.',
    '  not recorded in history: ENOSPC: no space left on device, write',
    expect.stringContaining('the next apply records it'),
  ]);
});
test('verification lists item by item what failed, and all items on request', () => {
  const items = [
    { title: 'load a kernel module', seen: 'refused', good: true },
    { title: 'set the clock', seen: 'ok\u001b[2J', good: false },
  ];
  const verification: Verification = {
    at: '',
    durationMs: 5,
    eci: true,
    claims: [{ id: 'A5-privileged-confined', verdict: 'fail', evidence: '1 of 2 refused', items }],
  };
  const [head, evidence, ...rest] = describeVerification(verification).split('\n');
  expect([head, evidence]).toEqual([
    'FAIL         Privileged stays confined (A5-privileged-confined)',
    '             1 of 2 refused',
  ]);
  expect(rest).toEqual([
    expect.stringMatching(/^ +! set the clock: ok\S*$/),
    expect.stringMatching(/1 failed/),
  ]);
  expect(rest[0]).not.toContain('\u001b');
  expect(describeVerification(verification, { everyItem: true }).split('\n').slice(2, 4)).toEqual([
    expect.stringMatching(/^ +load a kernel module: refused$/),
    expect.stringMatching(/^ +! set the clock: ok/),
  ]);
});
test('verification with ECI off explains what that means', () => {
  expect(describeVerification({ at: '', durationMs: 5, eci: false, claims: [] })).toContain(
    'root in a container is root on the host',
  );
});
test('containers that ignore the stop signal are named, and those to be recreated', () => {
  expect(
    describeEffect({
      kind: 'stops',
      when: 'while-applying',
      code: 'containers-stop',
      params: { count: 2, names: ['a', 'b'], returning: ['a'], slow: 1, slowNames: ['b'], wait: 10 },
    }),
  ).toBe(
    '2 running containers stop: a, b; a starts again by itself; ' +
      'up to 10 s for what does not take the stop signal: b',
  );
  expect(
    describeEffect({
      kind: 'new-rule',
      when: 'afterwards',
      code: 'mounts-outside-shares-refused',
      params: { count: 1, paths: ['/srv'], mounting: 1, mountingNames: ['priv'] },
    }),
  ).toBe('mounts outside /srv are denied; containers this keeps from starting: priv');
  expect(
    describeEffect({
      kind: 'recreated',
      when: 'afterwards',
      code: 'containers-recreated',
      params: { count: 1, names: ['a'] },
    }),
  ).toBe(
    '1 container, after verification: a; where something was written outside the volumes the old ' +
      'one is kept, stopped',
  );
});

/** A plan for ECI on, before and after, with nothing to say about. */
const uneventfulPlan: ApplyPlan = {
  fromVersion: 5,
  toVersion: 6,
  baseHash: '',
  draftHash: '',
  changes: [],
  findings: [],
  blocked: false,
  blockers: [],
  missingRequirements: [],
  reloadNeeded: false,
  restartNeeded: false,
  eciBefore: true,
  eciAfter: true,
  daemonJson: [],
  effects: [],
  unprotected: [],
  remove: [],
  recreate: [],
  estimatedSeconds: 7,
};

test('the consequences of recreation are listed container by container', () => {
  const item: RecreateItem = {
    id: 'c0ffee'.padEnd(64, '0'),
    name: 'web',
    image: 'nginx',
    running: true,
    unchanged: false,
    commit: false,
    written: { bytes: 12, paths: 1 },
    blockers: [],
    changes: [{ code: 'kept-written', params: {} }],
    lost: [{ code: 'writable-layer', params: { bytes: 12, paths: 1 } }],
  };
  const plan: ApplyPlan = {
    ...uneventfulPlan,
    recreate: [item.id],
    recreation: { groups: [[item]], blocked: false },
  };
  expect(describePlan(plan, '')).toContain(
    '   - what was written inside it: 12 B in 1 path (--commit carries it over)',
  );
});

test('a plan says which version has its text, and what a failing step leaves', () => {
  const first = (more: Partial<ApplyPlan>) => describePlan({ ...uneventfulPlan, ...more }, '').split('\n')[0];
  expect(first({})).toBe('Version 5 becomes 6. If any step fails, everything is rolled back to version 5.');
  expect(first({ earlierVersion: 4, baseFile: 'unusable' })).toBe(
    'Version 5 becomes 6, with the text of version 4. If any step fails, the settings file is rolled back ' +
      'to how it is now, unusable.',
  );
  expect(first({ earlierVersion: 4, baseFile: 'lost' })).toMatch(
    /^Version 5, the deletion of the file, becomes 6, with the text of version 4\. If any/,
  );
  expect(first({ baseFile: 'lost' })).toMatch(/restored to what the gateway enforced last\.$/);
  expect(first({ baseFile: 'replaced' })).toMatch(/enforces now, in place of the unusable text, which stays/);
  expect(first({ baseFile: 'missing' })).toMatch(/If any step fails, there is no settings file again\.$/);
});

test('a plan tells what is allowed from now on, and that audit mode refuses nothing', () => {
  const effect = (kind: 'allowed' | 'unprotected', code: 'directories-allowed' | 'audit-on') =>
    describeEffect({ kind, when: 'afterwards', code, params: { count: 1, paths: ['/srv/proj'] } });
  expect(effect('allowed', 'directories-allowed')).toBe('/srv/proj may be mounted from now on');
  expect(effect('unprotected', 'audit-on')).toMatch(/^audit mode: rules deny nothing any more/);
});

test('a plan tells whose containers may have a device from now on', () => {
  const effect = (limits: string) =>
    describeEffect({
      kind: 'allowed',
      when: 'afterwards',
      code: 'devices-allowed',
      params: { count: 1, devices: ['/dev/sdb'], limits },
    });
  expect(effect('none')).toBe('containers of every image and user may have /dev/sdb from now on');
  expect(effect('rule')).toMatch(/may have \/dev\/sdb from now on, only for the images, users and groups/);
});

test('a plan names every dangerous directory, and the effect of sharing the whole file system', () => {
  const paths = ['/etc', '/root', '/usr', '/boot', '/var/lib/docker', '/run', '/dev'];
  const describe = (everything: string[]) =>
    describeEffect({
      kind: 'dangerous',
      when: 'afterwards',
      code: 'dangerous-shares',
      params: { count: paths.length, paths: [...everything, ...paths], everything, typed: everything },
    });
  expect(describe([])).toBe(`containers may mount dangerous directories: ${paths.join(', ')}`);
  expect(describe(['/'])).toBe(
    `containers may mount every file of this host, and take it over: /, ${paths.join(', ')}`,
  );
});

test('a plan separates names as the language does', async () => {
  await setLocale('zh-CN');
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  const removed = (list: string[]) =>
    describeEffect({
      kind: 'removed',
      when: 'afterwards',
      code: 'containers-removed',
      params: { count: list.length, names: list },
    });
  expect(removed(['a', 'b'])).toContain('a、b');
  expect(removed(names)).toContain('a、b、c、d、e、f，以及另外 1 个');
});

test('a plan says which command list an image has', async () => {
  const described = (params: PlanEffect['params']) =>
    describeEffect({
      kind: 'new-rule',
      when: 'afterwards',
      code: 'socket-commands',
      params: { type: 'deny', commands: ['push'], ...params },
    });
  const rule = 'through a mounted socket not these commands: push';
  expect(described({})).toBe(rule);
  expect(described({ list: 'default' })).toBe(`${rule} (default list)`);
  expect(described({ image: 'nginx:1.25', list: 'default' })).toBe(`nginx:1.25 (default list): ${rule}`);
  expect(described({ image: 'nginx:1.25', list: 'own', type: 'allow', commands: [] })).toBe(
    'nginx:1.25 (list for this image): through a mounted socket only these commands: none',
  );
  await setLocale('zh-CN');
  expect(described({ image: 'nginx:1.25', list: 'own' })).toBe(
    'nginx:1.25（此镜像的列表）：通过已挂载的套接字拒绝这些命令：push',
  );
});
test('B2: a plan names the danger of allowing every image to mount the Docker socket', () => {
  expect(
    describeEffect({
      kind: 'dangerous',
      when: 'afterwards',
      code: 'socket-images',
      params: { count: 1, images: ['*'] },
    }),
  ).toBe('every image may mount the Docker socket; nothing is checked against a registry');
});

test('a plan states the consequences for containers that are kept unprotected, and the alternatives', () => {
  const kept = (use: string, stopping: number) =>
    describeEffect({
      kind: 'unprotected',
      when: 'afterwards',
      code: 'containers-kept-unprotected',
      params: { count: 2, names: ['web', 'old'], use, stopping },
    });
  expect(kept('block', 0)).toMatch(/web, old; running ones continue until stopped, .*--recreate/);
  expect(kept('block', 1)).toMatch(/running ones stop with the engine/);
  expect(kept('block', 0)).toMatch(/\(instead: .*bulkhead\.existingContainers: "warn", .*mode: "audit"\)$/);
  expect(kept('warn', 1)).toMatch(/can be started and used, and each use is recorded$/);
  expect(kept('free', 1)).toBe('2 containers you keep: web, old');
});

test("a plan says before it is applied that Docker Desktop's file holds the engine at boot", () => {
  const plan = (first: number) => {
    const effect: PlanEffect = {
      kind: 'new-rule',
      when: 'afterwards',
      code: 'desktop-sign-in',
      params: { first },
    };
    return describePlan({ ...uneventfulPlan, effects: [effect] }, '');
  };
  const holds =
    'while it is there Docker Desktop asks every user to sign in, and holds the engine at boot until a ' +
    'user of a Docker Business organisation has; for others it ignores the file';
  expect(plan(0)).toContain(holds);
  expect(plan(0)).not.toContain('the file is new here');
  expect(plan(1)).toContain(`the file is new here: ${holds}`);
});

test('an engine that is stopping is not displayed as stopped', () => {
  const stopping = first({ protection: 'stopped', engine: { ...engine, phase: 'stopping' } });
  expect(stopping).toBe('Engine stopping: clients get no response any more');
});

test('no version is named of settings that this user may not read', () => {
  expect(describeStatus(report({}))).toMatch(/^ +settings +version/m);
  const unread = report({ enforcement: enforcementIn({ difference: 'unread' }), settingsProblem: 'EACCES' });
  expect(describeStatus(unread)).toMatch(/EACCES/);
  expect(describeStatus(unread)).not.toMatch(/^ +settings/m);
});

test('a status names who turned ECI off by a preference, if that is known', () => {
  const off = (preferredOff: string) =>
    describeStatus(report({ protection: 'off', eci: false, preferredOff }));
  expect(off('sam')).toContain('Turned off by sam, as');
  expect(off('')).toContain('Turned off by a user, as');
});

describe('status --check', () => {
  const failing: Verification = {
    at: new Date().toISOString(),
    durationMs: 1,
    eci: true,
    claims: [{ id: 'A2-user-namespace', verdict: 'fail', evidence: '' }],
  };
  const problem = { message: 'the planner is down', logTail: [] };
  test.each<[ReturnType<typeof checkStateOf>, string, Partial<StatusReport>]>([
    ['ok', 'protected', {}],
    ['warning', 'not verified', { protection: 'unverified' }],
    ['warning', 'audit mode', { protection: 'audit', audit: true }],
    ['warning', 'a container that is not protected', { unprotected: 1 }],
    ['warning', 'an interrupted apply', { apply: 'interrupted' }],
    ['warning', 'an interrupted recreation', { recreation: 'interrupted' }],
    ['warning', 'an apply under way', { apply: 'running' }],
    ['warning', 'a prepared upgrade', { engine: { ...engine, prepared: 'upgrade' } }],
    ['warning', 'a problem of the engine', { engine: { ...engine, problem } }],
    ['warning', 'starting', { protection: 'stopped', engine: { ...engine, phase: 'starting' } }],
    ['critical', 'clients past the gateway', { enforcement: enforcementIn({ isBypassed: true }) }],
    ['critical', 'off', { protection: 'off', eci: false }],
    ['critical', 'stopped', { protection: 'stopped', engine: { ...engine, phase: 'stopped' } }],
    ['critical', 'failed', { protection: 'stopped', engine: { ...engine, phase: 'failed' } }],
    ['critical', 'a failed claim', { protection: 'unverified', verification: failing }],
    ['critical', 'a deleted settings file', { enforcement: enforcementIn({ difference: 'deleted' }) }],
    ['critical', 'unreadable settings', { settingsProblem: 'no JSON' }],
    ['unknown', 'no response', { protection: 'stopped', engine: { ...engine, phase: 'unreachable' } }],
    ['unknown', 'containers that cannot be listed', { unprotected: null }],
    [
      'unknown',
      'settings that this user may not read',
      { enforcement: enforcementIn({ difference: 'unread' }), settingsProblem: 'no access' },
    ],
  ])('%s: %s', (state, _why, more) => {
    expect(checkStateOf(report(more))).toBe(state);
    expect(describeCheck(report(more))).toMatch(new RegExp(`^${state.toUpperCase()}: `));
  });
});

test('shows no lines of a draft that is no JSON, which would only hide why', () => {
  const whole = { pointer: '', kind: 'changed', page: 'other', needs: 'nothing' } as const;
  const change = { ...whole, pointer: '/bulkhead/mode' };
  const of = (more: Partial<ApplyPlan>) => describePlan({ ...uneventfulPlan, ...more }, '-old\n+new\n');
  expect(of({ blocked: true, changes: [whole] })).not.toContain('+new');
  expect(of({ blocked: true, changes: [change] })).toContain('+new');
});
