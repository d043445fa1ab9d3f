import type { TargetOptions, Target } from '../../target.ts';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type Docker from 'dockerode';
import type { ApplyPlan } from '../../../shared/apply/plan.ts';

import { isRunning, type ContainerScan } from '../../../shared/containers/protection.ts';
import type { RecreatePlan } from '../../../shared/containers/recreate.ts';
import { chosenBackend } from '../../../shared/isolation/backends.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import type { EffectiveSettings } from '../../../shared/settings/index.ts';
import type { LintContext } from '../../../shared/settings/lint/index.ts';
import { engineAtRoot, targetId } from '../../../shared/targets/target.ts';
import type { Verification } from '../../../shared/verify/claims.ts';
import { startApply } from '../../apply/apply.ts';
import { makePlan, withRecreation } from '../../apply/plan.ts';
import { settingsInForce, type PlanFacts } from '../../apply/plan-facts.ts';
import type { ApplyPorts } from '../../apply/ports.ts';
import { resumeInterruptedApply } from '../../apply/resume.ts';
import {
  effectiveCaller,
  dockerClientAs,
  recordedUser,
  root as rootUser,
  userCalled,
  type EffectiveCaller,
} from '../../base/docker-client-as.ts';
import { dockerClient, requestFailure } from '../../base/docker-client.ts';
import { planChosen, recreateChosen } from '../../recreate/recreate-chosen.ts';
import { makeRecreatePlan, settleInterruptedRecreate, startRecreate } from '../../recreate/recreate.ts';
import type { RecreatePorts } from '../../recreate/recreate-ports.ts';
import { removeContainers } from '../../scan/remove.ts';
import { scanContainers } from '../../scan/scan.ts';
import { engineConfigFiles, previewEngineConfig } from '../../daemon-json/daemon-json.ts';
import { embeddedCapabilities } from './capabilities.ts';
import { createEmbeddedDriver } from './embedded.ts';
import { checkRootOwner } from './root-directory.ts';
import { rootPaths } from '../../base/root-paths.ts';
import type { IsolationBackend } from '../../backends/backend.ts';
import { exclusiveBackend } from '../../backends/exclusive/backend.ts';
import { reportForUser } from '../../backends/recorded-reports.ts';
import { sysboxBackend } from '../../backends/sysbox/backend.ts';
import { readSettings, systemCode } from '../../base/files.ts';
import { eciSince, listHistory, versionState } from '../../store/history.ts';
import { withPreferences } from '../../../shared/settings/preferences.ts';
import { readUserSettings } from '../../store/user-settings.ts';
import { createSettingsStore } from '../../store/settings-store.ts';
import { watchFiles } from '../../base/watch.ts';
import { message } from '../../../shared/messages/message.ts';
import { readVerification, verifyProtection } from '../../verify/verify.ts';

export type { ApplyHandle, ApplyRequest } from '../../apply/apply.ts';
export type { RecreateHandle } from '../../recreate/recreate.ts';

/** How long a recreated container without a health check must run to be taken for well, ms. */
const recreateGraceMs = 10_000;

/** Opens the engine under `root` (a directory that may not exist yet). Starts nothing. */
export function openTarget(root: string, options: TargetOptions): Target {
  const paths = rootPaths(root);
  const ref = engineAtRoot(paths.root);
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
    settingsFormat: embeddedCapabilities.settingsFormat,
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
      return requestFailure(message('app.containers-could-not-be-removed'), error);
    }
  };

  const { recreatePolicy } = options;
  /**
   * `asked`: who asks for the new ones, whoever had the old ones made. `coming`: settings that will be in
   * force by then, where those are not the applied ones.
   */
  const recreatePorts = (
    asked: EffectiveCaller | null,
    otherwise: EffectiveCaller,
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
      isRoot && as !== undefined ? await userCalled(as) : ok(await effectiveCaller(options.sessionUser));
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
      capabilities: embeddedCapabilities,
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

  const previewRecreation: NonNullable<ApplyPorts['previewRecreation']> = async (plan, text, choices) => {
    const recreation = await chosenRecreation(plan, text, choices.commit === true);
    return recreation === null ? plan : withRecreation(plan, recreation);
  };

  const ports: ApplyPorts = {
    capabilities: embeddedCapabilities,
    paths,
    driver,
    user: () => effectiveCaller(options.sessionUser),
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
    previewRecreation: previewRecreation,
    ...(options.onApplyPoint === undefined ? {} : { onCheckpoint: options.onApplyPoint }),
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
    capabilities: embeddedCapabilities,
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
      return ok(await previewRecreation({ ...plan, blockers, blocked: blockers.length > 0 }, text, choices));
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
        return requestFailure(message('desktop.images-could-not-be-listed'), error);
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
      return fail('engine.not-ready', message('engine.engine-runs-but-not-as-configured'), {
        reason: message('engine.its-default-runtime-is-not', { runtime, expectedRuntime }),
      });
    }
    return ok(`default runtime ${runtime}`);
  } catch (error) {
    return requestFailure(message('desktop.health-check-failed'), error);
  }
}
