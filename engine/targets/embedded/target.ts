import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import type { ApplyPlan, ContainerChoices } from '../../../shared/apply/plan.ts';
import type { ApplyEvent, ApplyRun } from '../../../shared/apply/run.ts';
import {
  isRunning,
  type ContainerScan,
  type RemoveOutcome,
  type RemoveRequest,
} from '../../../shared/containers/protection.ts';
import type { RecreatePolicy } from '../../../shared/containers/recreate-policy.ts';
import type { RecreatePlan, RecreateRequest, RecreateRun } from '../../../shared/containers/recreate.ts';
import { chosenBackend, type BackendReport } from '../../../shared/isolation/requirements.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { EffectiveSettings, LintContext } from '../../../shared/settings/index.ts';
import { targetId, type DesktopFacts, type TargetRef } from '../../../shared/targets/target.ts';
import type { Verification } from '../../../shared/verify/claims.ts';
import { startApply, type ApplyHandle, type ApplyRequest } from '../../apply/apply.ts';
import { makePlan, settingsInForce, withRecreation, type PlanFacts } from '../../apply/plan.ts';
import type { ApplyPorts } from '../../apply/ports.ts';
import { resumeInterruptedApply } from '../../apply/resume.ts';
import {
  askingUser,
  dockerClientAs,
  recordedUser,
  root as rootUser,
  userCalled,
  type AskingUser,
} from '../../base/docker-client-as.ts';
import { dockerClient, requestFailure } from '../../base/docker-client.ts';
import { planChosen, recreateChosen } from '../../recreate/recreate-chosen.ts';
import {
  makeRecreatePlan,
  settleInterruptedRecreate,
  startRecreate,
  type RecreateHandle,
  type SettledRecreate,
} from '../../recreate/recreate.ts';
import type { RecreatePorts } from '../../recreate/recreate-ports.ts';
import { removeContainers } from '../../scan/remove.ts';
import { scanContainers } from '../../scan/scan.ts';
import { engineConfigFiles, previewEngineConfig } from '../../daemon-json/daemon-json.ts';
import type { EngineDriver } from '../../apply/driver.ts';
import { createEmbeddedDriver } from './embedded.ts';
import { checkRootOwner } from './root-directory.ts';
import { rootPaths, type RootPaths } from '../../base/root-paths.ts';
import type { IsolationBackend } from '../../backends/backend.ts';
import { exclusiveBackend } from '../../backends/exclusive/backend.ts';
import { reportForUser } from '../../backends/recorded-reports.ts';
import { sysboxBackend } from '../../backends/sysbox/backend.ts';
import { readSettings, systemCode } from '../../base/files.ts';
import { eciSince, listHistory, versionState } from '../../store/history.ts';
import { withPreferences } from '../../../shared/settings/preferences.ts';
import { readUserSettings } from '../../store/user-settings.ts';
import { createSettingsStore, type SettingsStore } from '../../store/settings-store.ts';
import { watchFiles } from '../../base/watch.ts';
import { readVerification, verifyProtection } from '../../verify/verify.ts';

export type { ApplyHandle, ApplyRequest } from '../../apply/apply.ts';
export type { RecreateHandle } from '../../recreate/recreate.ts';

export interface TargetOptions {
  /** Absolute path of the launcher (`bin/bulkhead`), for the processes the driver starts. */
  readonly bulkheadCommand: string;
  /** Directory that holds `runtime/build/` (the project, or the installed package). */
  readonly projectRoot: string;
  /**
   * Drives the engine instead of the embedded engine's own driver: the supervisor, when it resumes an apply
   * while it starts the engine.
   */
  readonly driver?: EngineDriver;
  /**
   * The user behind this process, by number, where it has an administrator's rights. Default: the one behind
   * sudo or pkexec.
   */
  readonly sessionUser?: string;
  /** For a caller that asks for an administrator's rights when it saves: why it can't, null where it can. */
  readonly elevationMissing?: () => Promise<string | null>;
  /**
   * Decides beforehand what the gateway will refuse of a recreation, by the gateway's own code. Without it a
   * plan does not say.
   */
  readonly recreatePolicy?: RecreatePolicy;
  /** Called at each point of an apply's journal, once it is on disk; tests stop the process there. */
  readonly onApplyPoint?: (point: string) => Promise<void>;
}

/** How long a recreated container without a health check must run to be taken for well, ms. */
const recreateGraceMs = 10_000;

export interface LocalImage {
  readonly id: string;
  readonly tags: string[];
  readonly digests: string[];
}

/**
 * An engine guarded by us with everything an admin does to it: one object for the command line and the app.
 * Nothing here throws for expected failures.
 */
export interface Target {
  readonly ref: TargetRef;
  /** The target's stable id (`shared/targets/target.ts`). */
  readonly id: string;
  /** What is known of Docker Desktop; null for every other engine. */
  desktop(): Promise<DesktopFacts | null>;
  readonly paths: RootPaths;
  readonly driver: EngineDriver;
  readonly backends: readonly IsolationBackend[];
  readonly settings: SettingsStore;
  /** What the lint knows of this machine and engine. */
  readonly lintContext: LintContext;
  /** Tries every backend's requirements on this machine. */
  backendReports(): Promise<BackendReport[]>;
  /** Every container with its protection state, through the client socket. */
  scan(): Promise<Result<ContainerScan, AppError>>;
  /**
   * One outcome per id asked for, in order; `onProgress` after each. An abort leaves the rest as outcomes
   * with an error.
   */
  remove(
    request: RemoveRequest,
    options?: {
      onProgress?: (outcome: RemoveOutcome, done: number, total: number) => void;
      signal?: AbortSignal;
    },
  ): Promise<Result<RemoveOutcome[], AppError>>;
  /** What recreating containers under ECI would do (D). Changes nothing. */
  planRecreate(request: RecreateRequest): Promise<Result<RecreatePlan, AppError>>;
  /**
   * Starts recreating; refused (`rights.not-root`, `apply.in-progress`, `containers.not-found`) before
   * anything is touched.
   */
  startRecreate(
    request: RecreateRequest,
    onEvent?: (run: RecreateRun) => void,
  ): Promise<Result<RecreateHandle, AppError>>;
  /**
   * Finishes or undoes a recreation that a crash interrupted. Null when there was none. Needs root and a
   * running engine.
   */
  settleRecreate(): Promise<Result<SettledRecreate | null, AppError>>;
  /**
   * What applying `text` would do. Changes nothing. Fails with settings.* when the applied file cannot be
   * read; findings and missing requirements are in the plan.
   */
  plan(text: string, choices: ContainerChoices): Promise<Result<ApplyPlan, AppError>>;
  /**
   * Starts an apply; refused (`settings.conflict`, `apply.in-progress`, `settings.findings`,
   * `isolation.requirement-missing`, `apply.nothing-to-apply`, …) before anything is touched.
   */
  startApply(
    request: ApplyRequest,
    onEvent?: (event: ApplyEvent) => void,
  ): Promise<Result<ApplyHandle, AppError>>;
  /**
   * Finishes or rolls back an apply that a crash interrupted. Null when there was none. Call at start, before
   * anything else.
   */
  resume(onEvent?: (event: ApplyEvent) => void): Promise<Result<ApplyRun | null, AppError>>;
  /** Runs the probes now and records the result. */
  verify(signal?: AbortSignal): Promise<Result<Verification, AppError>>;
  /** The last recorded verification, null when there is none or it cannot be read. */
  lastVerification(): Promise<Verification | null>;
  /** Calls `listener` when another one was recorded, by whomever. Returns how to stop. */
  watchVerification(listener: () => void): () => void;
  images(): Promise<Result<LocalImage[], AppError>>;
  /** Stops watching; does not touch the engine. */
  dispose(): void;
}

/** Opens the engine under `root` (a directory that may not exist yet). Starts nothing. */
export function openTarget(root: string, options: TargetOptions): Target {
  const paths = rootPaths(root);
  const ref: TargetRef = { kind: 'embedded', root: paths.root };
  const buildDir = path.join(options.projectRoot, 'runtime', 'build');
  const exclusive = exclusiveBackend({ runtimeBuildDir: buildDir });
  const sysbox = sysboxBackend();
  const backends: readonly IsolationBackend[] = [exclusive, sysbox];
  const driver = options.driver ?? createEmbeddedDriver(paths, { bulkheadCommand: options.bulkheadCommand });
  const store = createSettingsStore(paths, {
    preferences: true,
    ...(options.elevationMissing === undefined ? {} : { elevationMissing: options.elevationMissing }),
  });
  const watchers = new Set<() => void>();
  const docker = (): Docker => dockerClient(paths.clientSocket);
  const isRoot = process.getuid?.() === 0;
  const reportOf = (backend: IsolationBackend) =>
    isRoot ? backend.report(paths) : reportForUser(backend, paths);
  const isolation = (settings: EffectiveSettings): IsolationBackend =>
    chosenBackend(settings.backend) === 'sysbox' ? sysbox : exclusive;

  const inForce = async (): Promise<EffectiveSettings> => {
    const applied = await readSettings(paths.settings);
    const admin = settingsInForce(applied.ok ? applied.value : { exists: true, text: '', hash: '' });
    return withPreferences(admin, (await readUserSettings(paths.root)).preferences).settings;
  };
  const lintContext: LintContext = {
    target: 'embedded',
    platform: process.platform,
    home: os.homedir(),
    engineDirectories: [paths.root, paths.run, paths.data],
    socketPath: paths.clientSocket,
  };

  const scan = async (): Promise<Result<ContainerScan, AppError>> => {
    const settings = await inForce();
    const history = await listHistory(paths.history);
    return scanContainers(docker(), {
      eci: settings.eci.value,
      eciSince: history.ok ? eciSince(history.value) : null,
      runtimeName: isolation(settings).runtimeName,
    });
  };

  const remove: Target['remove'] = async (request, call = {}) => {
    try {
      await docker().ping();
      return ok(await removeContainers(docker(), request, call));
    } catch (error) {
      return requestFailure('the containers could not be removed', error);
    }
  };

  const { recreatePolicy } = options;
  /**
   * `asked`: who asks for the new ones, whoever had the old ones made. `coming`: settings that will be in
   * force by then, where those are not the applied ones.
   */
  const recreatePorts = (
    asked: AskingUser | null,
    otherwise: AskingUser,
    coming?: EffectiveSettings,
  ): RecreatePorts => ({
    paths,
    userFor: async (oldId) => asked ?? (await recordedUser(paths, oldId)) ?? otherwise,
    clients: (user) => dockerClientAs(paths.clientSocket, user),
    engine: dockerClient(isRoot ? paths.engineSocket : paths.clientSocket),
    graceMs: recreateGraceMs,
    protection: async () => {
      const settings = await inForce();
      return { eci: settings.eci.value, runtimeName: isolation(settings).runtimeName };
    },
    ...(recreatePolicy === undefined
      ? {}
      : {
          refused: async (those) =>
            recreatePolicy({ settings: coming ?? (await inForce()), paths, asked: those }),
        }),
  });
  const recreateAs = async <T>(
    as: string | undefined,
    work: (ports: RecreatePorts) => Promise<Result<T, AppError>>,
    coming?: EffectiveSettings,
  ): Promise<Result<T, AppError>> => {
    // Only root may ask as somebody else.
    const user =
      isRoot && as !== undefined ? await userCalled(as) : ok(await askingUser(options.sessionUser));
    return user.ok ? work(recreatePorts(as === undefined ? null : user.value, user.value, coming)) : user;
  };

  const verify = async (signal?: AbortSignal): Promise<Result<Verification, AppError>> => {
    const settings = await inForce();
    const backend = isolation(settings);
    return verifyProtection({
      paths,
      docker: docker(),
      probeDirectory: buildDir,
      runtimeName: backend.runtimeName,
      settings,
      ...(backend.notOffered === undefined ? {} : { notOffered: backend.notOffered }),
      ...(signal === undefined ? {} : { signal }),
    });
  };

  const facts = async (draft: string): Promise<Result<PlanFacts, AppError>> => {
    const applied = await readSettings(paths.settings);
    if (!applied.ok) return applied;
    const versions = await versionState(paths.history, applied.value);
    if (!versions.ok) return versions;
    const settings = settingsInForce({ exists: true, text: draft, hash: '' });
    const backend = isolation(settings);
    const desired = {
      eci: settings.eci.value,
      runtimeName: backend.runtimeName,
      runtimePath: backend.runtimePath(paths),
    };
    // What this user may not read is looked at by root, before anything is touched.
    const hidden = !isRoot && (await Promise.all(engineConfigFiles(paths).map(unreadable))).some(Boolean);
    const [engine, report, preview] = await Promise.all([
      driver.status(),
      settings.eci.value ? reportOf(backend) : null,
      hidden
        ? ok({ text: null, record: null, changes: [], conflicts: [] })
        : previewEngineConfig(paths, desired),
    ]);
    // Conflicts the plan shows one by one; what else the engine has against it, as one error.
    const takes =
      preview.ok && preview.value.conflicts.length === 0 && !hidden
        ? await driver.checkConfig(desired)
        : ok(undefined);
    const engineConfig = takes.ok ? preview : takes;
    const scanned = engine.phase === 'ready' ? await scan() : null;
    if (scanned !== null && !scanned.ok) return scanned;
    const rights = isRoot ? null : 'Applying settings needs root.';
    return ok({
      applied: applied.value,
      versions: versions.value,
      engine,
      lint: lintContext,
      backend: report,
      runtimeName: backend.runtimeName,
      engineConfig,
      scan: scanned?.value ?? null,
      rights,
    });
  };

  /**
   * What is known beforehand of recreating what was chosen. A container that went away meanwhile, or an
   * engine that does not answer, is no reason to have no plan.
   */
  const chosenRecreation = async (
    plan: ApplyPlan,
    text: string,
    commit: boolean,
  ): Promise<RecreatePlan | null> => {
    const containers = plan.unprotected
      .filter(({ id }) => plan.recreate.includes(id))
      .map((container) => ({ id: container.id, name: container.name, ran: isRunning(container) }));
    if (containers.length === 0) return null;
    const settings = settingsInForce({ exists: true, text, hash: '' });
    const { runtimeName } = isolation(settings);
    const looked = await recreateAs(
      undefined,
      (recreate) => planChosen(recreate, { containers, commit, runtimeName, restart: plan.restartNeeded }),
      settings,
    );
    return looked.ok ? looked.value : null;
  };

  const foresee: NonNullable<ApplyPorts['foresee']> = async (plan, text, choices) => {
    const recreation = await chosenRecreation(plan, text, choices.commit === true);
    return recreation === null ? plan : withRecreation(plan, recreation);
  };

  const ports: ApplyPorts = {
    paths,
    driver,
    user: () => askingUser(options.sessionUser),
    facts,
    isolation,
    verify,
    lastVerification: () => readVerification(paths),
    remove: (request, onProgress) => remove(request, { onProgress }),
    recreate: async (chosen, onEvent) => {
      const user = await userCalled(chosen.asks);
      return user.ok ? recreateChosen(recreatePorts(null, user.value), scan, chosen, onEvent) : user;
    },
    turnedOffByUser: async () => (await store.read()).preference?.outcomes.eci === 'in-force',
    health: (expected) => checkHealth(docker(), expected),
    foresee,
    ...(options.onApplyPoint === undefined ? {} : { reached: options.onApplyPoint }),
  };

  /** With root's rights nothing is done by what stands in somebody else's directory. */
  const inOwnRoot = async <T>(work: () => Promise<Result<T, AppError>>): Promise<Result<T, AppError>> => {
    const own = isRoot ? await checkRootOwner(paths) : ok(undefined);
    return own.ok ? work() : own;
  };

  /** What `dispose` stops too, unless it was stopped before. */
  const untilDisposed = (stop: () => void) => {
    watchers.add(stop);
    return () => {
      watchers.delete(stop);
      stop();
    };
  };

  return {
    ref,
    id: targetId(ref),
    desktop: () => Promise.resolve(null),
    paths,
    driver,
    backends,
    lintContext,
    scan,
    remove,
    verify: (signal) => inOwnRoot(() => verify(signal)),
    planRecreate: (request) => recreateAs(request.as, (recreate) => makeRecreatePlan(recreate, request)),
    startRecreate: (request, onEvent) =>
      recreateAs(request.as, (recreate) => startRecreate(recreate, request, onEvent ?? (() => undefined))),
    settleRecreate: () => inOwnRoot(() => settleInterruptedRecreate(recreatePorts(null, rootUser))),
    settings: {
      ...store,
      watch: (listener) => untilDisposed(store.watch(listener)),
      watchHistory: (listener) => untilDisposed(store.watchHistory(listener)),
    },
    backendReports: () => Promise.all(backends.map(reportOf)),
    plan: async (text, choices) => {
      const found = await facts(text);
      if (!found.ok) return found;
      const plan = makePlan(found.value, text, choices);
      // Rights are asked for when applying (elevation); a plan is for everybody.
      const blockers = plan.blockers.filter((blocker) => blocker.code !== 'rights');
      return ok(await foresee({ ...plan, blockers, blocked: blockers.length > 0 }, text, choices));
    },
    startApply: (request, onEvent) =>
      inOwnRoot(() => startApply(ports, request, onEvent ?? (() => undefined))),
    resume: (onEvent) => inOwnRoot(() => resumeInterruptedApply(ports, onEvent ?? (() => undefined))),
    lastVerification: () => readVerification(paths),
    watchVerification: (listener) => untilDisposed(watchFiles([paths.verification], listener)),
    images: async () => {
      try {
        const images = await docker().listImages();
        return ok(
          images.map((image) => ({
            id: image.Id,
            tags: image.RepoTags ?? [],
            digests: image.RepoDigests ?? [],
          })),
        );
      } catch (error) {
        return requestFailure('the images could not be listed', error);
      }
    },
    dispose: () => {
      for (const stop of watchers) stop();
      watchers.clear();
    },
  };
}

/** Whether a file is there that this user may not read. */
const unreadable = (file: string): Promise<boolean> =>
  access(file, constants.R_OK).then(
    () => false,
    (error: unknown) => systemCode(error) === 'EACCES',
  );

/** Does the engine answer through the gateway, under the configuration it should have? */
async function checkHealth(
  docker: Docker,
  expectedRuntime: string | null,
): Promise<Result<string, AppError>> {
  try {
    await docker.ping();
    const info: unknown = await docker.info();
    const runtime =
      typeof info === 'object' && info !== null && 'DefaultRuntime' in info
        ? String(info.DefaultRuntime)
        : '';
    await docker.listContainers({ limit: 1 });
    if (expectedRuntime !== null && runtime !== expectedRuntime) {
      return fail('engine.not-ready', 'the engine runs, but not as configured', {
        reason: `its default runtime is "${runtime}", not "${expectedRuntime}"`,
      });
    }
    return ok(`default runtime ${runtime}`);
  } catch (error) {
    return requestFailure('the health check failed', error);
  }
}
