import type { ActivityEntry } from '../../shared/audit/activity.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import type { IpcInput, IpcOutput, IpcRequest } from '../../shared/ipc/contract.ts';
import { message } from '../../shared/messages/message.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { effectiveSettings, expandShare } from '../../shared/settings/index.ts';
import { withPreferences } from '../../shared/settings/preferences.ts';
import { planOf } from './review-fixture.ts';
import { targetCapabilities, targets } from './app-fixture.ts';
import { verification } from './verification-fixture.ts';
import { recreatePlan } from './container-fixture.ts';
import { bundleEntries } from './support-fixture.ts';
import { appliedText } from './settings-fixture.ts';
import { simulate } from './simulator-fixture.ts';
import { registryResponses, runnerDigest, realOf } from './fake-machine.ts';

/** Responses to requests. */
export type Responses = {
  [K in IpcRequest]?: (input: IpcInput<K>) => Result<IpcOutput<K>> | Promise<Result<IpcOutput<K>>>;
};

/** The state that responses read and change. */
export interface FakeMain {
  state(): AppState;
  change(part: Partial<AppState>): void;
}

/** Responses to all requests except those that a test makes fail. */
export const fakeResponses = (main: FakeMain, entries: readonly ActivityEntry[]): Responses => ({
  ...engineResponses(main),
  ...activityResponses(main, entries),
  ...settingsResponses(main),
  ...applyResponses(main),
  ...containerResponses(main),
  ...simulatorResponses(main),
  ...imageResponses,
  ...pathResponses(main),
  ...windowResponses(main),
});

const engineResponses = (main: FakeMain): Responses => ({
  'app:state': () => ok(main.state()),
  'targets:list': () => ok(targets),
  'targets:forget': () => ok(undefined),
  'targets:remember': () => ok(undefined),
  'target:switch': ({ id }) => {
    const next = targets.find((target) => target.id === id);
    if (next === undefined) return fail('input.unusable', `there is no engine ${id}`);
    main.change({
      target: {
        id,
        kind: next.ref.kind,
        capabilities: targetCapabilities[next.ref.kind],
        product: null,
      },
      engine: { ...main.state().engine, kind: next.ref.kind, name: next.name, phase: next.phase },
    });
    return ok(main.state());
  },
  'engine:docker-context': () => ok({ name: 'bulkhead', selected: false }),
  'verify:run': () => ok({ ...verification, at: new Date().toISOString() }),
});

const activityResponses = (main: FakeMain, entries: readonly ActivityEntry[]): Responses => ({
  'activity:read': ({ before, limit }) => {
    const older = before === null ? entries : entries.filter((entry) => entry.seq < before);
    return ok({ target: main.state().target.id, entries: older.slice(-limit), more: older.length > limit });
  },
  'activity:leave': () => ok(undefined),
  'activity:export': ({ entries: exported }) =>
    ok({ path: '/home/sam/bulkhead-activity.jsonl', count: exported.length }),
  'activity:seen': () => {
    main.change({ activity: { ...main.state().activity, unseen: 0, groups: [] } });
    return ok(undefined);
  },
});

function settingsResponses(main: FakeMain): Responses {
  const changeSettings = (part: Partial<AppState['settings']>) => {
    main.change({ settings: { ...main.state().settings, ...part } });
    return ok(main.state().settings);
  };
  return {
    'settings:set-draft': ({ text }) => changeSettings({ draft: text }),
    'settings:discard-draft': () => {
      const { applied } = main.state().settings;
      return changeSettings({ draft: applied, base: applied, conflict: false });
    },
    'settings:prefer': ({ setting, value }) => {
      const admin = effectiveSettings(main.state().settings.applied);
      const before = main.state().settings.preference;
      if (!admin.ok || before === null) return fail('settings.unwritable', 'no preferences here');
      const requested = { eci: before.eci, blockDockerLoad: before.blockDockerLoad, [setting]: value };
      const preferences = {
        version: 1 as const,
        ...(requested.eci === null ? {} : { eci: requested.eci }),
        ...(requested.blockDockerLoad === null ? {} : { blockDockerLoad: requested.blockDockerLoad }),
      };
      return changeSettings({
        preference: {
          ...before,
          ...requested,
          by: 'sam',
          outcomes: withPreferences(admin.value, preferences).outcomes,
        },
      });
    },
    'settings:resolve-conflict': ({ keep }) =>
      changeSettings({
        conflict: false,
        base: main.state().settings.applied,
        ...(keep === 'theirs' ? { draft: main.state().settings.applied } : {}),
      }),
  };
}

const applyResponses = (main: FakeMain): Responses => ({
  'plan:make': () => ok(planOf('turningOn')),
  'apply:log': () => ok([]),
  'apply:cancel': () => ok({ accepted: true }),
  'apply:dismiss': () => {
    main.change({ run: null });
    return ok(undefined);
  },
});

const containerResponses = (main: FakeMain): Responses => ({
  'containers:scan': () => {
    const { scan } = main.state();
    return scan === null
      ? fail('engine.unreachable', 'The engine does not respond.')
      : ok({ ...scan, at: new Date().toISOString() });
  },
  'containers:remove': ({ ids }) => {
    const { scan } = main.state();
    const removed = scan?.containers.filter((c) => ids.includes(c.id)) ?? [];
    if (scan !== null)
      main.change({
        scan: { ...scan, containers: scan.containers.filter((c) => !ids.includes(c.id)) },
      });
    const run = {
      activity: 'ended' as const,
      total: ids.length,
      done: ids.length,
      removed: removed.length,
      outcomes: [],
      error: null,
      includeRunning: false,
      removeVolumes: false,
    };
    main.change({ removal: run });
    return ok(run);
  },
  'containers:cancel-removal': () => ok({ accepted: true }),
  'containers:dismiss-removal': () => {
    main.change({ removal: null });
    return ok(undefined);
  },
  'containers:acknowledge': () => {
    main.change({ appeared: null });
    return ok(undefined);
  },
  'recreate:plan': (request) =>
    ok(recreatePlan(main.state().scan?.containers.filter((c) => request.ids.includes(c.id)) ?? [], request)),
  'recreate:start': ({ ids }) => {
    const members = (main.state().scan?.containers ?? [])
      .filter((c) => ids.includes(c.id))
      .map((c) => ({ id: c.id, name: c.name, step: null, outcome: null }));
    main.change({ recreation: { members, activity: 'recreating', cancellable: true } });
    return ok({ members, activity: 'recreating', cancellable: true });
  },
  'recreate:cancel': () => ok({ accepted: true }),
  'recreate:dismiss': () => {
    main.change({ recreation: null });
    return ok(undefined);
  },
});

const simulatorResponses = (main: FakeMain): Responses => ({
  'simulate:run': (input) => {
    const read = effectiveSettings(main.state().settings[input.against]);
    return read.ok
      ? simulate(input, {
          eci: read.value.eci.value,
          ready: main.state().engine.phase === 'ready',
          audit: read.value.mode === 'audit',
        })
      : read;
  },
  'simulate:cancel': () => ok(undefined),
  'simulate:open-compose': () =>
    ok({
      path: '/srv/projects/shop/compose.yaml',
      text:
        'services:\n  web:\n    image: nginx\n' +
        '  agent:\n    image: alpine\n    pid: host\n    volumes:\n      - /:/host:ro\n',
    }),
});

const imageResponses: Responses = {
  'registry:resolve': ({ references }) =>
    ok(
      references.map(
        (reference) =>
          registryResponses[reference] ?? {
            kind: 'unavailable',
            why: 'could not connect: getaddrinfo ENOTFOUND',
          },
      ),
    ),
  'images:list': () =>
    ok([
      {
        id: 'sha256:77aa5b7d',
        tags: ['registry.example/ci/runner:2.1'],
        digests: [`registry.example/ci/runner@${runnerDigest}`],
      },
      {
        id: 'sha256:4f2a91c7',
        tags: ['docker:cli'],
        digests: ['docker@sha256:4f2a5b7d1f6a4c0e9b2d3f4a5c6b7d8e9f0a1b2c3d4e5f60718293a4b5c691c7'],
      },
    ]),
};

const pathResponses = (main: FakeMain): Responses => ({
  'paths:resolve': ({ paths }) =>
    ok(
      paths.map((written) => {
        const expanded = written
          .replace('$HOME', main.state().home)
          .replace('$TMP', main.state().tmp)
          .replace('$TEMP', main.state().tmp);
        return expanded.endsWith('/gone') || !expanded.startsWith('/')
          ? {
              written,
              expanded,
              real: null,
              kind: 'missing' as const,
              error: expanded.startsWith('/') ? null : 'not an absolute path',
            }
          : { written, expanded, real: realOf(expanded), kind: 'directory' as const, error: null };
      }),
    ),
  'paths:would-mount': ({ path, against }) => {
    const { settings } = main.state();
    const isRetained = against === 'applied' && settings.policyFacts.isMissing;
    const read = effectiveSettings(isRetained ? appliedText : settings[against]);
    if (!read.ok) return read;
    const shares = (
      read.value.fileSharing.kind === 'default'
        ? ['$HOME', '$TMP']
        : read.value.fileSharing.directories.map((d) => d.path)
    ).map((share) => realOf(expandShare(share, main.state()) ?? share));
    const real = realOf(path);
    const share = shares.find((one) => real === one || real.startsWith(`${one}/`)) ?? null;
    if (!read.value.eci.value) return ok({ allowed: true, code: 'eci-off', real, share, denial: null });
    return ok({
      allowed: share !== null,
      code: share === null ? 'bind-not-shared' : 'allowed',
      real,
      share,
      denial: share === null ? message('rules.bind-not-shared') : null,
    });
  },
});

const windowResponses = (main: FakeMain): Responses => ({
  'preferences:set': (part) => {
    main.change({
      preferences: {
        ...main.state().preferences,
        ...Object.fromEntries(Object.entries(part).filter(([, v]) => v !== undefined)),
      },
    });
    return ok(main.state().preferences);
  },
  'first-run:set': ({ step }) => {
    main.change({ firstRun: step });
    return ok(undefined);
  },
  'support:collect': () => ok(bundleEntries),
  'support:cancel': () => ok(undefined),
  'support:save': () => ok({ path: '/home/sam/bulkhead-support-20260412-093000.tar.gz', bytes: 48_213 }),
  'support:show': () => ok(undefined),
  'desktop:start-at-login': ({ on }) => {
    main.change({ desktop: { ...main.state().desktop, startsAtLogin: on } });
    return ok(main.state().desktop);
  },
  'app:licences': () =>
    ok([
      {
        name: 'a-library',
        version: '1.2.3',
        licence: 'MIT',
        text: 'MIT License\n\nPermission is hereby granted…',
      },
      { name: 'another', version: '4.5.6', licence: 'Apache-2.0', text: '' },
    ]),
  'dialog:pick-folder': () => ok({ path: '/srv/projects/new' }),
  'window:action': () => ok(undefined),
  'clipboard:write': () => ok(undefined),
});
