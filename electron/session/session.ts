import os from 'node:os';
import { isPackageInstalled } from '../../engine/base/package-directory.ts';
import type { Target } from '../../engine/target.ts';
import type { AppState, DesktopState } from '../../shared/ipc/app-state.ts';
import type { Preferences } from '../../shared/ipc/user-choices.ts';
import type { EngineLogLine, EngineStatus } from '../../shared/engine-status/status.ts';
import type { ContainerScan } from '../../shared/containers/protection.ts';
import type { AppError, Result } from '../../shared/result.ts';
import { activityFeed, type ActivityFeed } from './activity/feed.ts';
import { stateStore, type StateStore } from './app-state.ts';
import { DraftSession } from './draft.ts';
import { LogBuffer } from './log-buffer.ts';
import { containersTmp } from './container-paths.ts';
import { watchEngine } from './engine-feed.ts';
import { EngineRefresh, engineStatus } from './engine-refresh.ts';
import { ContainerScans } from './container-scans.ts';
import type { UserStore } from './preferences.ts';

export interface SessionOptions {
  readonly appVersion: string;
  readonly runtime: AppState['runtime'];
  readonly isRoot: boolean;
  /** The desktop's features, as far as known. */
  readonly desktop: () => DesktopState;
  readonly onLog: (line: EngineLogLine) => void;
}

/** One opened engine: the state, the draft, operations in progress, and what keeps the state up to date. */
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
  /** Scans the containers: includes current changes even if an earlier scan is still in progress. */
  scan(): Promise<Result<ContainerScan, AppError>>;
  /** The unprotected containers that appeared were acknowledged. */
  acknowledge(): void;
  setPreferences(preferences: Preferences): void;
  /**
   * Everything that is not needed for the first frame: backends, containers, an interrupted apply. Resolves
   * when the state is complete.
   */
  loadRest(): Promise<void>;
  /** Writes pending changes and stops watching. */
  close(): Promise<void>;
}

/**
 * Reads what the first frame needs and starts watching. Never rejects, whatever the state of engine and
 * files.
 */
export async function openSession(
  target: Target,
  users: UserStore,
  options: SessionOptions,
): Promise<Session> {
  const { paths } = target;
  const [engine, verification, product] = await Promise.all([
    engineStatus(target),
    target.lastVerification().catch(() => null),
    target.product().catch(() => null),
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
  const opened: StateStore = stateStore(
    initialState(target, users, options, {
      engine,
      verification,
      product,
      settings: await draft.refresh(),
      activity: activity.summary(),
    }),
  );
  deferred.state = opened;

  return new OpenedSession(target, users, options, { state: opened, draft, activity });
}

class OpenedSession implements Session {
  readonly target: Target;
  readonly state: StateStore;
  readonly draft: DraftSession;
  readonly activity: ActivityFeed;
  readonly applyLog = new LogBuffer();
  readonly isRoot: boolean;
  readonly #onLog: (line: EngineLogLine) => void;
  readonly #scans: ContainerScans;
  readonly #engine: EngineRefresh;
  readonly #feed: ReturnType<typeof watchEngine>;
  readonly #unwatch: readonly (() => void)[];

  constructor(
    target: Target,
    users: UserStore,
    options: SessionOptions,
    { state, draft, activity }: Pick<Session, 'state' | 'draft' | 'activity'>,
  ) {
    this.target = target;
    this.state = state;
    this.draft = draft;
    this.activity = activity;
    this.isRoot = options.isRoot;
    this.#onLog = options.onLog;
    this.#scans = new ContainerScans(target, state);
    const scanSoon = (): void => {
      this.#scans.scanSoon();
    };
    this.#engine = new EngineRefresh(target, state, draft, {
      scanSoon,
      onReady: () => {
        this.#feed.reconnect();
      },
    });
    this.#feed = watchEngine(
      target.paths,
      () => (state.get().engine.phase === 'ready' ? state.get().engine.socket : null),
      {
        engine: () => {
          void this.#engine.refresh();
        },
        containers: () => {
          scanSoon();
          void this.#engine.refresh();
        },
      },
    );
    this.#unwatch = [
      watchFiles(target, state, draft, scanSoon),
      users.onProblem((preferencesError) => {
        state.set({ preferencesError });
      }),
    ];
  }

  log(line: EngineLogLine): void {
    this.applyLog.add(line);
    this.#onLog(line);
  }

  refreshEngine(): Promise<EngineStatus> {
    return this.#engine.refresh();
  }

  scan(): Promise<Result<ContainerScan, AppError>> {
    return this.#scans.scan();
  }

  acknowledge(): void {
    this.#scans.acknowledge();
  }

  setPreferences(preferences: Preferences): void {
    this.state.set({ preferences });
  }

  async loadRest(): Promise<void> {
    await Promise.all([
      this.#engine.readBackends(),
      this.state.get().engine.phase === 'ready' ? this.#settle().then(() => this.scan()) : undefined,
      this.activity.start(),
    ]);
  }

  async close(): Promise<void> {
    this.#scans.close();
    this.#feed.stop();
    this.activity.stop();
    for (const unwatch of this.#unwatch) unwatch();
    await this.draft.flush().catch(() => undefined);
    this.target.dispose();
  }

  /** Settles a recreation whose process was killed. The supervisor does so too: whichever is first. */
  async #settle(): Promise<void> {
    if (!this.isRoot) return;
    const settled = await this.target.settleRecreate();
    if (!settled.ok && settled.error.code !== 'apply.in-progress')
      this.state.set({ scanError: settled.error });
  }
}

/** The state of the first frame. */
const initialState = (
  target: Target,
  users: UserStore,
  options: SessionOptions,
  known: Pick<AppState, 'engine' | 'verification' | 'settings' | 'activity'> &
    Pick<AppState['target'], 'product'>,
): AppState => ({
  appVersion: options.appVersion,
  runtime: options.runtime,
  platform: process.platform,
  home: os.homedir(),
  tmp: containersTmp,
  packageInstalled: isPackageInstalled(),
  isRoot: options.isRoot,
  target: {
    id: target.id,
    kind: target.ref.kind,
    capabilities: target.capabilities,
    product: known.product,
  },
  engine: known.engine,
  backends: [],
  settings: known.settings,
  historyRevision: 0,
  verification: known.verification,
  scan: null,
  scanError: null,
  run: null,
  recreation: null,
  removal: null,
  appeared: null,
  activity: known.activity,
  preferences: users.preferences(),
  preferencesError: users.problem(),
  desktop: options.desktop(),
  firstRun: users.firstRun(target.id),
  busy: { scanning: false, verifying: false, engine: null, beginning: false },
});

/** Updates the state from files that others write. Returns how to stop. */
function watchFiles(
  target: Target,
  state: StateStore,
  draft: DraftSession,
  scanSoon: () => void,
): () => void {
  const unwatchSettings = target.settings.watch(() => {
    void draft.refresh();
  });
  const unwatchPolicy = target.settings.watchPolicy(() => {
    // Why a container is (not) protected depends on the policy in force.
    void draft.refresh().then(scanSoon);
  });
  const unwatchHistory = target.settings.watchHistory(() => {
    state.set({ historyRevision: state.get().historyRevision + 1 });
    // The applied version depends on history, too.
    void draft.refresh();
  });
  // Recorded by a command line, or another administrator's window.
  const readVerification = () => {
    void target.lastVerification().then(
      (verification) => {
        state.set({ verification });
      },
      () => undefined,
    );
  };
  const unwatchVerification = target.watchVerification(readVerification);
  // One may have been recorded after it was read, and before it was watched.
  readVerification();
  return () => {
    unwatchSettings();
    unwatchPolicy();
    unwatchHistory();
    unwatchVerification();
  };
}
