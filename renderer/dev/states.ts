import { engineProblem } from '../../shared/engine-status/status.ts';
import { message } from '../../shared/messages/message.ts';
import type { AppState } from '../../shared/ipc/app-state.ts';
import { activitySummary, auditEntries } from './activity-fixture.ts';
import {
  appliedText,
  minutesAgo,
  offText,
  readOnlyByRights,
  settingsState,
  socketText,
} from './settings-fixture.ts';
import { someContainers } from './container-fixture.ts';
import { verification } from './verification-fixture.ts';
import { appState, off } from './app-fixture.ts';
import { desktopStates } from './desktop-states.ts';
import { settingsStates } from './settings-states.ts';
import { containerStates } from './container-states.ts';

const directoryGone = engineProblem(message('engine.root-deleted', { root: '/var/lib/bulkhead', count: 3 }));

/** An engine whose directory is missing with all its contents. */
const withoutRoot = (engine: Pick<AppState['engine'], 'phase' | 'problem'>): Partial<AppState> => ({
  engine: {
    ...appState().engine,
    version: null,
    kernel: null,
    gatewayUp: false,
    plannerUp: false,
    counts: null,
    missingRoot: '/var/lib/bulkhead',
    ...engine,
  },
  settings: settingsState('', { appliedVersion: 0, appliedBy: null }),
  verification: null,
  scan: null,
});

/**
 * States of the app for component tests and screenshots. Invented data; never part of the product's bundle.
 */
export const states: Record<string, () => AppState> = {
  ...desktopStates,
  protected: () => appState(),
  clean: () =>
    appState({
      scan: {
        at: minutesAgo(0.6),
        durationMs: 90,
        eci: true,
        containers: someContainers.filter((c) => c.protected),
      },
    }),
  unverified: () => appState({ verification: null }),
  bypassed: () =>
    appState({
      engine: {
        ...appState().engine,
        isBypassed: true,
        problem: engineProblem(message('system.socket-listens-elsewhere', { address: 'tcp://0.0.0.0:2375' })),
      },
    }),
  otherRuntime: () => appState({ engine: { ...appState().engine, defaultRuntime: 'runc' } }),
  failedProbe: () =>
    appState({
      verification: {
        ...verification,
        claims: verification.claims.map((c) =>
          c.id === 'A7-userns-host-ignored'
            ? { ...c, verdict: 'fail', evidence: 'uid_map "0 0 4294967295"' }
            : c,
        ),
      },
    }),
  audit: () =>
    appState({
      settings: settingsState(socketText.replace('"bulkhead": { ', '"bulkhead": { "mode": "audit", '), {
        appliedBy: { user: 'sam', at: minutesAgo(1500) },
      }),
      activity: activitySummary(auditEntries),
      verification: {
        ...verification,
        claims: verification.claims.map((c) =>
          c.id === 'A7-host-namespaces-refused' || c.id === 'B1-socket-refused'
            ? { ...c, verdict: 'not-enforced', evidence: 'audit mode: rules deny nothing' }
            : c,
        ),
      },
    }),
  off: () => appState(off()),
  turningOn: () =>
    appState(
      off({
        draft: offText
          .replace('"value": false', '"value": true')
          .replace('"locked": false', '"locked": true'),
      }),
    ),
  turningOff: () =>
    appState({
      settings: settingsState(appliedText, { draft: appliedText.replace('"value": true', '"value": false') }),
    }),
  stopped: () =>
    appState({
      engine: {
        ...appState().engine,
        phase: 'stopped',
        version: null,
        kernel: null,
        gatewayUp: false,
        plannerUp: false,
        counts: null,
      },
      scan: null,
    }),
  starting: () =>
    appState({
      engine: {
        ...appState().engine,
        phase: 'starting',
        version: null,
        counts: null,
        gatewayUp: false,
        plannerUp: false,
      },
      scan: null,
      backends: [],
      verification: null,
      busy: { scanning: false, verifying: false, engine: 'starting', beginning: false },
    }),
  scanning: () =>
    appState({
      scan: null,
      backends: [],
      verification: null,
      busy: { scanning: true, verifying: true, engine: null, beginning: false },
    }),
  scanFailed: () =>
    appState({
      scan: null,
      scanError: {
        code: 'engine.unreachable',
        message: 'the containers could not be listed',
        reason: 'connect ECONNREFUSED /var/lib/bulkhead/docker.sock',
      },
    }),
  /** The engine's process was killed: of the containers that ran, two did not return with it. */
  crashed: () => {
    const lost = ['api-1', 'db-1'];
    return appState({
      engine: {
        ...appState().engine,
        crash: {
          at: minutesAgo(12),
          containers: someContainers.filter(({ name }) => lost.includes(name)).map(({ id }) => id),
          removed: 1,
        },
      },
      scan: {
        at: minutesAgo(0.6),
        durationMs: 90,
        eci: true,
        containers: someContainers.map((c) =>
          lost.includes(c.name)
            ? {
                ...c,
                state: 'exited',
                status: 'Exited (137) 12 minutes ago',
                reason: 'own-range-stopped',
                range: null,
              }
            : c,
        ),
      },
    });
  },
  empty: () => appState({ scan: { at: minutesAgo(0.6), durationMs: 20, eci: true, containers: [] } }),
  /** The engine's directory was deleted while the engine ran. */
  rootGone: () => appState(withoutRoot({ phase: 'unreachable', problem: directoryGone })),
  rootGoneStopped: () => appState(withoutRoot({ phase: 'stopped', problem: null })),
  failed: () =>
    appState({
      engine: {
        ...appState().engine,
        phase: 'failed',
        gatewayUp: false,
        problem: {
          message: 'dockerd ended with exit code 1',
          logTail: ['failed to start daemon: error initializing graphdriver', 'no space left on device'],
        },
      },
      scan: null,
    }),
  ...settingsStates,
  firstRun: () =>
    appState({ ...off(), settings: settingsState('', { appliedVersion: 0 }), firstRun: 'engine' }),
  firstRunScan: () =>
    appState({ ...off(), settings: settingsState('', { appliedVersion: 0 }), firstRun: 'scan' }),
  firstRunPolicy: () =>
    appState({ ...off(), settings: settingsState('', { appliedVersion: 0 }), firstRun: 'policy' }),
  firstRunLocked: () =>
    appState({
      ...off(),
      settings: settingsState('', { appliedVersion: 0, ...readOnlyByRights }),
      firstRun: 'policy',
    }),
  firstRunStopped: () =>
    appState({
      ...off(),
      engine: {
        ...appState().engine,
        phase: 'stopped',
        version: null,
        kernel: null,
        gatewayUp: false,
        plannerUp: false,
        counts: null,
      },
      scan: null,
      settings: settingsState('', { appliedVersion: 0 }),
      firstRun: 'engine',
    }),
  firstRunMissing: () =>
    appState({
      ...off(),
      backends: [
        {
          id: 'exclusive',
          available: false,
          requirements: [
            { code: 'kernel', met: false, found: '5.4.0', fix: 'Use Linux 6.3 or newer.' },
            { code: 'runc', met: true, found: '1.1.15' },
          ],
        },
      ],
      settings: settingsState('', { appliedVersion: 0 }),
      firstRun: 'engine',
    }),
  noDesktop: () =>
    appState({ desktop: { tray: false, notifications: false, canStartAtLogin: true, startsAtLogin: false } }),
  ...containerStates,
  activityEmpty: () => appState({ activity: activitySummary([], { days: [], since: null }) }),
  activityNoRights: () =>
    appState({
      activity: activitySummary([], {
        days: [],
        since: null,
        state: {
          kind: 'unreadable',
          why: 'rights',
          path: '/var/lib/bulkhead/audit.jsonl',
          message: 'EACCES: permission denied',
        },
      }),
    }),
  activityReading: () =>
    appState({ activity: activitySummary([], { days: [], since: null, state: { kind: 'reading' } }) }),
  activityMany: () => appState({ activity: activitySummary([], { entries: 10_000 }) }),
};

/** A state by its name. Throws for an unknown name. */
export function namedState(name: string): AppState {
  const make = states[name];
  if (make === undefined) throw new Error(`no state ${name}`);
  return make();
}
