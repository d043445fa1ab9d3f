import os from 'node:os';
import type { Target } from '../../engine/target.ts';
import type { AppState, DesktopState } from '../../shared/ipc/app-state.ts';
import type { Preferences } from '../../shared/ipc/user-choices.ts';
import type { EngineLogLine, EngineStatus } from '../../shared/engine-status/status.ts';
import type { ContainerScan } from '../../shared/containers/protection.ts';
import { nothingWatched, watchScan } from '../../shared/containers/appeared.ts';
import { fail, type AppError, type Result } from '../../shared/result.ts';
import { activityFeed, type ActivityFeed } from './activity/feed.ts';
import { stateStore, type StateStore } from './app-state.ts';
import { coalesce } from './coalesce.ts';
import { DraftSession } from './draft.ts';
import { LogBuffer } from './log-buffer.ts';
import { containersTmp } from './container-paths.ts';
import { watchEngine } from './engine-feed.ts';
import { message } from '../../shared/messages/message.ts';
import type { UserStore } from './preferences.ts';
import { unknownEngine } from './unknown-engine.ts';

export interface SessionOptions {
  readonly appVersion: string;
  readonly runtime: AppState['runtime'];
  readonly isRoot: boolean;
  /** What the desktop offers, as far as it is known. */
  readonly desktop: () => DesktopState;
  readonly onLog: (line: EngineLogLine) => void;
}

/** Containers come and go in bursts (compose, CI): one scan a burst. */
const scanAfterMs = 400;

/**
 * How long a scan waits for one container, ms: one that the engine holds up must not keep those that come
 * meanwhile out of the list.
 */
const inspectLimitMs = 5_000;
/** Scans again where the engine had no answer about a container, ms; twice as late each time. */
const unansweredAfterMs = { first: 5_000, last: 160_000 } as const;

/** One engine opened by the app: the state, the draft, what is under way, and what keeps the state true. */
export interface Session {
  readonly target: Target;
  readonly state: StateStore;
  readonly draft: DraftSession;
  readonly applyLog: LogBuffer;
  /** The decision log; followed once the rest is loaded. */
  readonly activity: ActivityFeed;
  readonly isRoot: boolean;
  log(line: EngineLogLine): void;
  refreshEngine(): Promise<EngineStatus>;
  /** Scans the containers: what is there now, also where a scan that began earlier is still under way. */
  scan(): Promise<Result<ContainerScan, AppError>>;
  /** The unprotected containers that appeared were acknowledged. */
  acknowledge(): void;
  setPreferences(preferences: Preferences): void;
  /**
   * What need not be known for the first frame: backends, containers, an interrupted apply. Resolves when the
   * state is complete.
   */
  loadRest(): Promise<void>;
  /** Writes what is waiting and stops watching. */
  close(): Promise<void>;
}

/**
 * Reads what the first frame needs and starts watching. Never rejects for anything an engine or a file can
 * be.
 */
export async function openSession(
  target: Target,
  users: UserStore,
  options: SessionOptions,
): Promise<Session> {
  const { paths } = target;
  const [engine, verification, desktop] = await Promise.all([
    engineStatus(target),
    target.lastVerification().catch(() => null),
    target.desktop().catch(() => null),
  ]);
  const deferred: { state?: StateStore } = {};
  const draft = new DraftSession(
    target.settings,
    {
      get: () => users.draft(paths.id),
      set: (stored) => {
        users.setDraft(paths.id, stored);
      },
    },
    (settings) => {
      deferred.state?.set({ settings });
    },
    () =>
      deferred.state !== undefined &&
      (deferred.state.get().busy.beginning || (deferred.state.get().run?.activity ?? 'ended') !== 'ended'),
  );
  const activity = activityFeed(paths.audit, {
    seenUntil: users.seenDenials(paths.id),
    onSummary: (summary) => {
      deferred.state?.set({ activity: summary });
    },
  });
  const opened: StateStore = stateStore({
    appVersion: options.appVersion,
    runtime: options.runtime,
    platform: process.platform,
    home: os.homedir(),
    tmp: containersTmp,
    isRoot: options.isRoot,
    target: { id: target.id, kind: target.ref.kind, capabilities: target.capabilities, desktop },
    engine,
    backends: [],
    settings: await draft.refresh(),
    historyRevision: 0,
    verification,
    scan: null,
    scanError: null,
    run: null,
    recreation: null,
    removal: null,
    appeared: null,
    activity: activity.summary(),
    preferences: users.preferences(),
    preferencesError: users.problem(),
    desktop: options.desktop(),
    firstRun: users.firstRun(target.id),
    busy: { scanning: false, verifying: false, engine: null, beginning: false },
  });
  deferred.state = opened;

  let watched = nothingWatched;
  let scanTimer: NodeJS.Timeout | undefined;
  let unansweredTimer: NodeJS.Timeout | undefined;
  let unansweredMs: number = unansweredAfterMs.first;
  const scanOnce = coalesce(async (): Promise<Result<ContainerScan, AppError>> => {
    opened.set({ busy: { ...opened.get().busy, scanning: true } });
    // The last scan stays, with its age, when this one fails.
    const unexpected = (cause: unknown) =>
      fail('internal', message('app.containers-could-not-be-listed'), { cause });
    const result = await target.scan({ inspectLimitMs }).catch(unexpected);
    if (result.ok) watched = watchScan(watched, result.value);
    const update = result.ok
      ? { scan: result.value, scanError: null, appeared: watched.appeared }
      : { scanError: result.error };
    opened.set({ ...update, busy: { ...opened.get().busy, scanning: false } });
    if (result.ok) scanUnanswered(result.value);
    return result;
  });
  const scan = (): Promise<Result<ContainerScan, AppError>> => {
    clearTimeout(scanTimer);
    scanTimer = undefined;
    return scanOnce();
  };
  const scanUnanswered = (last: ContainerScan) => {
    clearTimeout(unansweredTimer);
    if (!last.containers.some(({ whyUnknown }) => whyUnknown !== undefined)) {
      unansweredMs = unansweredAfterMs.first;
      return;
    }
    unansweredTimer = setTimeout(() => {
      void scan();
    }, unansweredMs);
    unansweredMs = Math.min(unansweredMs * 2, unansweredAfterMs.last);
  };
  const scanSoon = () => {
    if (opened.get().engine.phase === 'ready')
      scanTimer ??= setTimeout(() => {
        void scan();
      }, scanAfterMs);
  };

  const refreshEngine = coalesce(async (): Promise<EngineStatus> => {
    const before = opened.get().engine;
    const now = await engineStatus(target);
    // What is known of Docker Desktop changes with it, an interrupted apply above all.
    const known = opened.get().target;
    const facts = await target.desktop().catch(() => null);
    const changed = facts === null ? {} : { target: { ...known, desktop: facts } };
    opened.set({ engine: now, ...changed });
    // A gateway that ended enforces nothing of what it has recorded.
    if (before.phase !== now.phase || before.gatewayUp !== now.gatewayUp) void draft.refresh();
    if (now.phase !== 'ready') return now;
    if (before.phase !== 'ready' || before.generation !== now.generation) {
      scanSoon();
      // A starting engine tries what isolation needs, and records it for those who can't.
      void examine();
    }
    feed.reconnect();
    return now;
  });

  const examine = (): Promise<void> =>
    target.backendReports().then(
      (backends) => {
        opened.set({ backends });
      },
      () => undefined,
    );

  // A recreation whose process was killed: the supervisor settles it too, whoever comes first.
  const settle = async (): Promise<void> => {
    if (!options.isRoot) return;
    const settled = await target.settleRecreate();
    if (!settled.ok && settled.error.code !== 'apply.in-progress') opened.set({ scanError: settled.error });
  };

  const feed = watchEngine(
    paths,
    () => (opened.get().engine.phase === 'ready' ? opened.get().engine.socket : null),
    {
      engine: () => {
        void refreshEngine();
      },
      containers: () => {
        scanSoon();
        void refreshEngine();
      },
    },
  );
  const unwatchSettings = target.settings.watch(() => {
    void draft.refresh();
  });
  const unwatchPolicy = target.settings.watchPolicy(() => {
    // Why a container is (not) protected follows from the policy in force.
    void draft.refresh().then(scanSoon);
  });
  const unwatchHistory = target.settings.watchHistory(() => {
    opened.set({ historyRevision: opened.get().historyRevision + 1 });
    // Which version is applied follows from history, too.
    void draft.refresh();
  });
  // Recorded by a command line, or another admin's window.
  const readVerification = () => {
    void target.lastVerification().then(
      (recorded) => {
        opened.set({ verification: recorded });
      },
      () => undefined,
    );
  };
  const unwatchVerification = target.watchVerification(readVerification);
  // One may have been recorded since it was read, and before it was watched.
  readVerification();
  const unwatchUser = users.onProblem((preferencesError) => {
    opened.set({ preferencesError: preferencesError });
  });
  const applyLog = new LogBuffer();

  return {
    target,
    state: opened,
    draft,
    applyLog,
    activity,
    isRoot: options.isRoot,
    refreshEngine,
    scan,
    log(line) {
      applyLog.add(line);
      options.onLog(line);
    },
    acknowledge() {
      watched = { ...watched, appeared: null };
      opened.set({ appeared: null });
    },
    setPreferences(preferences) {
      opened.set({ preferences });
    },
    async loadRest() {
      await Promise.all([
        examine(),
        opened.get().engine.phase === 'ready' ? settle().then(scan) : undefined,
        activity.start(),
      ]);
    },
    async close() {
      clearTimeout(scanTimer);
      clearTimeout(unansweredTimer);
      feed.stop();
      activity.stop();
      unwatchSettings();
      unwatchPolicy();
      unwatchHistory();
      unwatchVerification();
      unwatchUser();
      await draft.flush().catch(() => undefined);
      target.dispose();
    },
  };
}

/**
 * The engine's status; one whose status can't even be read is `failed` with the reason, never shown as fine.
 */
async function engineStatus(target: Target): Promise<EngineStatus> {
  try {
    return await target.driver.status();
  } catch (error) {
    return unknownEngine(
      target.paths,
      target.driver.kind,
      error instanceof Error ? error.message : String(error),
    );
  }
}
