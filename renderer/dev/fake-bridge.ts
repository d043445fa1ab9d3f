import type { BulkheadBridge } from '../../shared/ipc/bridge.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import type { IpcEvents, IpcInput, IpcOutput, IpcRequest } from '../../shared/ipc/contract.ts';
import type { ActivityEntry } from '../../shared/audit/activity.ts';
import { someEntries } from './activity-fixture.ts';
import { isEngineRequest } from '../../shared/ipc/channels.ts';
import { fail, ok, type Result } from '../../shared/result.ts';
import { withPreferences } from '../../shared/settings/preferences.ts';
import { effectiveSettings, expandShare } from '../../shared/settings/index.ts';
import { plan } from './apply-fixture.ts';
import { targetCapabilities, targets } from './app-fixture.ts';
import { verification } from './verification-fixture.ts';
import { recreatePlan } from './container-fixture.ts';
import { bundleEntries } from './support-fixture.ts';
import { simulate } from './simulator-fixture.ts';
import { registryResponses, runnerDigest, realOf } from './fake-machine.ts';

type Responses = {
  [K in IpcRequest]?: (input: IpcInput<K>) => Result<IpcOutput<K>> | Promise<Result<IpcOutput<K>>>;
};

/**
 * A bridge over one AppState kept in memory, for component tests and screenshots. `answers` overrides single
 * requests; `calls` records all, `engines` which engine each was about.
 */
export function fakeBridge(
  initial: AppState,
  responses: Responses = {},
  entries: readonly ActivityEntry[] = someEntries,
): BulkheadBridge & {
  readonly calls: { name: IpcRequest; input: unknown }[];
  readonly engines: readonly (readonly [IpcRequest, string | null])[];
  emit<E extends keyof IpcEvents>(event: E, payload: IpcEvents[E]): void;
  state(): AppState;
} {
  let state = initial;
  const calls: { name: IpcRequest; input: unknown }[] = [];
  const engines: (readonly [IpcRequest, string | null])[] = [];
  const listeners: { [E in keyof IpcEvents]: Set<(payload: IpcEvents[E]) => void> } = {
    changed: new Set(),
    log: new Set(),
    activity: new Set(),
    support: new Set(),
    navigate: new Set(),
  };
  const change = (part: Partial<AppState>) => {
    state = { ...state, ...part };
    for (const listener of listeners.changed) listener(part);
  };
  const settings = (part: Partial<AppState['settings']>) => {
    change({ settings: { ...state.settings, ...part } });
    return ok(state.settings);
  };
  const defaults: Responses = {
    'app:state': () => ok(state),
    'targets:list': () => ok(targets),
    'target:switch': ({ id }) => {
      const next = targets.find((target) => target.id === id);
      if (next === undefined) return fail('input.unusable', `there is no engine ${id}`);
      change({
        target: {
          id,
          kind: next.ref.kind,
          capabilities: targetCapabilities[next.ref.kind],
          desktop: null,
        },
        engine: { ...state.engine, kind: next.ref.kind, name: next.name, phase: next.phase },
      });
      return ok(state);
    },
    'activity:read': ({ before, limit }) => {
      const older = before === null ? entries : entries.filter((entry) => entry.seq < before);
      return ok({ target: state.target.id, entries: older.slice(-limit), more: older.length > limit });
    },
    'activity:leave': () => ok(undefined),
    'activity:export': ({ entries: exported }) =>
      ok({ path: '/home/sam/bulkhead-activity.jsonl', count: exported.length }),
    'activity:seen': () => {
      change({ activity: { ...state.activity, unseen: 0, groups: [] } });
      return ok(undefined);
    },
    'settings:set-draft': ({ text }) => settings({ draft: text }),
    'settings:discard-draft': () =>
      settings({ draft: state.settings.applied, base: state.settings.applied, conflict: false }),
    'settings:prefer': ({ setting, value }) => {
      const admin = effectiveSettings(state.settings.applied);
      const before = state.settings.preference;
      if (!admin.ok || before === null) return fail('settings.unwritable', 'no preferences here');
      const requested = { eci: before.eci, blockDockerLoad: before.blockDockerLoad, [setting]: value };
      const preferences = {
        version: 1 as const,
        ...(requested.eci === null ? {} : { eci: requested.eci }),
        ...(requested.blockDockerLoad === null ? {} : { blockDockerLoad: requested.blockDockerLoad }),
      };
      return settings({
        preference: {
          ...before,
          ...requested,
          by: 'sam',
          outcomes: withPreferences(admin.value, preferences).outcomes,
        },
      });
    },
    'settings:resolve-conflict': ({ keep }) =>
      settings({
        conflict: false,
        base: state.settings.applied,
        ...(keep === 'theirs' ? { draft: state.settings.applied } : {}),
      }),
    'plan:make': () => ok(plan),
    'apply:log': () => ok([]),
    'apply:cancel': () => ok({ accepted: true }),
    'containers:scan': () =>
      state.scan === null
        ? fail('engine.unreachable', 'The engine does not answer.')
        : ok({ ...state.scan, at: new Date().toISOString() }),
    'containers:remove': ({ ids }) => {
      const removed = state.scan?.containers.filter((c) => ids.includes(c.id)) ?? [];
      if (state.scan !== null)
        change({
          scan: { ...state.scan, containers: state.scan.containers.filter((c) => !ids.includes(c.id)) },
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
      change({ removal: run });
      return ok(run);
    },
    'containers:cancel-removal': () => ok({ accepted: true }),
    'containers:dismiss-removal': () => {
      change({ removal: null });
      return ok(undefined);
    },
    'containers:acknowledge': () => {
      change({ appeared: null });
      return ok(undefined);
    },
    'recreate:plan': (request) =>
      ok(recreatePlan(state.scan?.containers.filter((c) => request.ids.includes(c.id)) ?? [], request)),
    'recreate:start': ({ ids }) => {
      const members = (state.scan?.containers ?? [])
        .filter((c) => ids.includes(c.id))
        .map((c) => ({ id: c.id, name: c.name, step: null, outcome: null }));
      change({ recreation: { members, activity: 'recreating', cancellable: true } });
      return ok({ members, activity: 'recreating', cancellable: true });
    },
    'recreate:cancel': () => ok({ accepted: true }),
    'recreate:dismiss': () => {
      change({ recreation: null });
      return ok(undefined);
    },
    'verify:run': () =>
      verification === null
        ? fail('verify.failed', 'no')
        : ok({ ...verification, at: new Date().toISOString() }),
    'simulate:run': (input) => {
      const read = effectiveSettings(state.settings[input.against]);
      return read.ok
        ? simulate(input, {
            eci: read.value.eci.value,
            ready: state.engine.phase === 'ready',
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
    'preferences:set': (part) => {
      change({
        preferences: {
          ...state.preferences,
          ...Object.fromEntries(Object.entries(part).filter(([, v]) => v !== undefined)),
        },
      });
      return ok(state.preferences);
    },
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
    'first-run:set': ({ step }) => {
      change({ firstRun: step });
      return ok(undefined);
    },
    'support:collect': () => ok(bundleEntries),
    'support:cancel': () => ok(undefined),
    'support:save': () => ok({ path: '/home/sam/bulkhead-support-20260412-093000.tar.gz', bytes: 48_213 }),
    'support:show': () => ok(undefined),
    'desktop:start-at-login': ({ on }) => {
      change({ desktop: { ...state.desktop, startsAtLogin: on } });
      return ok(state.desktop);
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
    'paths:resolve': ({ paths }) =>
      ok(
        paths.map((written) => {
          const expanded = written
            .replace('$HOME', state.home)
            .replace('$TMP', state.tmp)
            .replace('$TEMP', state.tmp);
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
      const read = effectiveSettings(state.settings[against]);
      if (!read.ok) return read;
      const shares = (
        read.value.fileSharing.kind === 'default'
          ? ['$HOME', '$TMP']
          : read.value.fileSharing.directories.map((d) => d.path)
      ).map((share) => realOf(expandShare(share, state) ?? share));
      const real = realOf(path);
      const share = shares.find((one) => real === one || real.startsWith(`${one}/`)) ?? null;
      if (!read.value.eci.value)
        return ok({ allowed: true, code: 'eci-off', real, share, reason: 'ECI is off: no mount is checked' });
      return ok({
        allowed: share !== null,
        code: share === null ? 'bind-not-shared' : 'allowed',
        real,
        share,
        reason: share === null ? 'not shared' : `it is in the shared directory ${share}`,
      });
    },
    'dialog:pick-folder': () => ok({ path: '/srv/projects/new' }),
    'window:action': () => ok(undefined),
    'clipboard:write': () => ok(undefined),
    'apply:dismiss': () => {
      change({ run: null });
      return ok(undefined);
    },
  };
  return {
    calls,
    engines,
    state: () => state,
    emit(event, payload) {
      for (const listener of listeners[event]) listener(payload);
    },
    async request(name, input, engine) {
      calls.push({ name, input });
      engines.push([name, engine]);
      // As main does it.
      if (isEngineRequest(name) && engine !== state.target.id) {
        return fail('engine.changed', 'another engine was opened meanwhile');
      }
      const handler = responses[name] ?? defaults[name];
      return handler === undefined ? fail('internal', `no answer to ${name}`) : handler(input);
    },
    on(event, listener) {
      listeners[event].add(listener);
      return () => {
        listeners[event].delete(listener);
      };
    },
    painted: () => {
      document.body.dataset['painted'] = 'true';
    },
  };
}
