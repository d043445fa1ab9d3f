import { chmod, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { backendCapabilities, chosenBackend } from '../shared/isolation/backends.ts';
import type { Requirement } from '../shared/isolation/requirements.ts';
import type { EngineStep } from '../shared/engine-status/progress.ts';
import { fail, ok, type AppError, type Err, type Result } from '../shared/result.ts';
import type { IsolationBackend } from '../engine/backends/backend.ts';
import type { SupervisedChild } from './child-process.ts';
import { exists } from '../engine/base/files.ts';
import { reconcileEngineConfig } from '../engine/daemon-json/daemon-json-file.ts';
import { startConfig, type RegisteredRuntime } from '../engine/daemon-json/launch-config.ts';
import type { ContainerdProcess } from './containerd-process.ts';
import { containerdSocket } from '../engine/targets/embedded/engine-processes.ts';
import { confineDevices } from './device-confinement.ts';
import { ensureBridge, startDockerd, type DockerdProcess, type DockerdSettings } from './dockerd-process.ts';
import { engineEnvironment, prepareEngineHome } from '../engine/targets/guarded/engine-home.ts';
import { guardVolumes } from '../engine/targets/guarded/volume-guards.ts';
import { engineNetwork, moveNetwork, type EngineNetwork } from './engine-network.ts';
import { readEnginePolicy, type EnginePolicy } from '../engine/base/engine-policy.ts';
import { installFirewallPrograms } from './firewall-programs.ts';
import { reloadUnlessRefused } from './engine-reload.ts';
import {
  isInSwarm,
  launchConfigOnDisk,
  launchedConfigFile,
  writeLaunchedConfig,
} from '../engine/targets/embedded/launched-config.ts';
import { dockerdErrors, logFile, logSize, plainLogLine } from '../engine/targets/embedded/log-files.ts';
import type { NetworkSeparation } from './network-separation.ts';
import { errorMessage } from '../shared/messages/error-message.ts';
import { joinMessages } from '../shared/messages/join-messages.ts';
import { message, withReference, type Message } from '../shared/messages/message.ts';
import { timeLimit } from '../engine/base/time-limits.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';

/** The backend that the settings select, and its unmet requirements here. */
async function chooseBackend(
  paths: RootPaths,
  backends: readonly IsolationBackend[],
  wanted: EnginePolicy['backend'],
): Promise<{ backend: IsolationBackend; missing: (string | Message)[] } | null> {
  const backend = backends.find((b) => b.id === chosenBackend(wanted));
  if (backend === undefined) return null;
  const report = await backend.report(paths);
  return {
    backend,
    missing: report.requirements.filter((r) => !r.met).map(missingRequirement),
  };
}

/** `code: what was found (what to do)`. */
function missingRequirement({ code, found, fix, sentences }: Requirement): Message {
  const why = withReference(found, sentences?.found);
  if (fix === undefined) return message('common.what-and-why', { what: code, why });
  return message('engine.requirement-and-fix', { code, why, fix: withReference(fix, sentences?.fix) });
}

export interface LaunchOptions {
  readonly backends: readonly IsolationBackend[];
  readonly planner: SupervisedChild;
  readonly containerd: ContainerdProcess;
  readonly separation: Pick<NetworkSeparation, 'begin'>;
  readonly log: (text: string | Message) => void;
  /** Awaited before dockerd starts. */
  readonly beforeDockerd?: Promise<unknown>;
  /** Called when a step begins. */
  readonly onStep: (step: EngineStep) => void;
  /** Called as soon as dockerd runs, before it is ready. */
  readonly onDockerd: (dockerd: DockerdProcess) => void;
  readonly readyTimeoutMs: number;
  /** The engine is to stop: nothing is retried. */
  readonly cancelled: () => boolean;
}

export interface LaunchedEngine {
  readonly dockerd: DockerdProcess;
  readonly eci: boolean;
  /** The isolation runtime, if a reload can switch ECI; null if that takes a restart. */
  readonly prepared: RegisteredRuntime | null;
  /** Limitations of the engine under ECI although it runs. */
  readonly limits: readonly (string | Message)[];
}

/**
 * Starts the engine with the configuration on disk: runtime installed, daemon.json reconciled with the
 * settings, planner, dockerd; resolves when dockerd responds. All parts that isolation needs are started
 * whether ECI is on or off, so that a reload switches it. With ECI on and a requirement missing the engine
 * runs all the same, with the isolation runtime as its default: container starts then fail, none is
 * unprotected. With ECI off and a requirement missing it runs without the parts that need it. If dockerd
 * can't be kept from opening device nodes (an engine in a container) it runs without that, and the engine's
 * problem says so under ECI.
 */
export async function launchEngine(
  paths: RootPaths,
  options: LaunchOptions,
): Promise<LaunchResult<LaunchedEngine>> {
  options.onStep('configure');
  const policy = await readEnginePolicy(paths);
  if (policy.error !== null)
    options.log(
      "the settings can't be used: " +
        `${policy.error.message}${policy.error.reason === undefined ? '' : `: ${policy.error.reason}`}; ` +
        'the engine runs locked down',
    );
  const isolation = await prepareIsolation(paths, options, policy);
  if (!isolation.ok) return isolation;
  const { backend, runtime, missing, isPrepared } = isolation.value;

  await options.beforeDockerd;
  options.onStep('start-dockerd');
  const home = await prepareEngineHome(paths);
  if (!home.ok) return home;
  await installFirewallPrograms(paths);
  await mkdir(paths.run, { recursive: true, mode: 0o711 });
  const launched = await launchConfigOnDisk(paths, runtime);
  const inSwarm = await isInSwarm(paths);
  const written = await writeLaunchedConfig(paths, inSwarm ? launched : startConfig(launched));
  if (!written.ok) return written;
  const confined = await confineDevices(paths, options.backends);
  if (!confined.ok) options.log(`${confined.error.message}: ${confined.error.reason ?? ''}`);
  const buildRuntime = policy.eci || isPrepared ? runtime : null;
  const surroundings = {
    environment: engineEnvironment(
      paths,
      buildRuntime === null || backend === null ? {} : backend.engineEnvironment(buildRuntime.path),
    ),
    ...(confined.ok ? { confinement: confined.value } : {}),
  };
  if (options.cancelled()) return cancelledStart();
  const containerd = await options.containerd.start({
    ...surroundings,
    timeoutMs: await timeLimit('containerdReady'),
  });
  if (!containerd.ok) return containerd;
  if (options.cancelled()) return cancelledStart();
  const started = await startOnNetwork(
    paths,
    await engineNetwork(paths),
    {
      ...surroundings,
      configFile: launchedConfigFile(paths),
      containerd: containerdSocket(paths),
      hasAddressPool: !inSwarm,
    },
    options,
  );
  if (!started.ok) return started;
  const settled = await writeLaunchedConfig(paths, launched);
  if (!settled.ok) return settled;
  const reloaded = await reloadUnlessRefused(paths, started.value);
  if (!reloaded.ok) return reloaded;
  // The planner does so too, at the first container that has a volume.
  if (policy.eci && backend?.needsPlanner === true)
    await guardVolumes(paths).catch((error: unknown) => {
      options.log(
        `the engine may follow links in volumes until a container with one starts: ${String(error)}`,
      );
    });
  const limits = [
    ...(missing.length > 0
      ? [message('engine.isolation-unavailable', { missing: joinMessages('statements', missing) })]
      : []),
    ...(confined.ok ? [] : [errorMessage(confined.error)]),
  ];
  return ok({
    dockerd: started.value,
    eci: policy.eci,
    prepared: isPrepared ? runtime : null,
    limits,
  });
}

interface PreparedIsolation {
  readonly backend: IsolationBackend | null;
  readonly runtime: RegisteredRuntime | null;
  /** Requirements that are not met. */
  readonly missing: readonly (string | Message)[];
  /** Isolation can be switched on without a restart. */
  readonly isPrepared: boolean;
}

/** Installs the backend's runtime, writes daemon.json for it, and starts the planner if it needs one. */
async function prepareIsolation(
  paths: RootPaths,
  options: LaunchOptions,
  policy: EnginePolicy,
): Promise<Result<PreparedIsolation, AppError>> {
  const chosen = await chooseBackend(paths, options.backends, policy.backend);
  if (chosen === null)
    return ok({
      backend: null,
      runtime: null,
      missing: [message('engine.no-such-backend', { backend: policy.backend })],
      isPrepared: false,
    });
  const { backend } = chosen;
  const missing = [...chosen.missing];
  const installed = await backend.install(paths);
  if (!installed.ok) missing.push(errorMessage(installed.error));
  const runtime = { name: backend.runtimeName, path: await presentRuntime(paths, backend) };
  const reconciled = await reconcileEngineConfig(paths, {
    eci: policy.eci,
    runtimeName: runtime.name,
    runtimePath: runtime.path,
  });
  if (!reconciled.ok) return reconciled;
  for (const change of reconciled.value.changes) options.log(`daemon.json: ${change.pointer} ${change.kind}`);
  let isPrepared = missing.length === 0 && backendCapabilities[backend.id].switchedByReload;
  if (backend.needsPlanner && missing.length === 0) {
    options.onStep('start-planner');
    const planner = await options.planner.start(await timeLimit('plannerReady'));
    // With ECI off the engine is usable without it, and without BuildKit's runtime that needs it.
    if (!planner.ok && policy.eci) return planner;
    if (!planner.ok)
      options.log(`the planner did not start: ${planner.error.reason ?? planner.error.message}`);
    isPrepared &&= planner.ok;
  }
  return ok({ backend, runtime, missing, isPrepared });
}

const cancelledStart = (): Err<AppError> =>
  fail('engine.start-failed', message('engine.start-failed'), {
    reason: message('engine.start-cancelled'),
  });

/** `logTail`: the last error lines of dockerd. */
export type LaunchResult<T> = Result<T, AppError & { logTail?: string[] }>;

/**
 * Starts dockerd; if its own record of an earlier default bridge prevents that, once more on another bridge.
 */
async function startOnNetwork(
  paths: RootPaths,
  network: EngineNetwork,
  more: Pick<DockerdSettings, 'environment' | 'configFile' | 'confinement' | 'containerd' | 'hasAddressPool'>,
  options: LaunchOptions,
  moved = false,
): Promise<LaunchResult<DockerdProcess>> {
  await ensureBridge(network.bridge, network.subnet);
  const settings: DockerdSettings = {
    dataRoot: paths.data,
    execRoot: paths.run,
    socket: paths.engineSocket,
    logFile: logFile(paths, 'dockerd'),
    ...network,
    ...more,
  };
  const logStart = await logSize(paths, 'dockerd');
  // dockerd starts containers by itself: a connection that is made before the rules exist stays.
  await options.separation.begin(network.subnet);
  try {
    const dockerd = await startDockerd(settings, {
      timeoutMs: options.readyTimeoutMs,
      cancelled: options.cancelled,
      onSpawned: (spawned) => {
        options.onDockerd(spawned);
        options.log(message('engine.dockerd-started-pid', { pid: spawned.pid }));
      },
    });
    await chmod(paths.engineSocket, 0o600);
    return ok(dockerd);
  } catch (error) {
    const logTail = await dockerdErrors(paths, 5, logStart);
    if (
      !moved &&
      !options.cancelled() &&
      logTail.some((line) => line.includes('networks have same bridge name'))
    ) {
      const next = await moveNetwork(paths);
      options.log(`dockerd has a stale record of bridge ${network.bridge}: it goes on with ${next.bridge}`);
      return startOnNetwork(paths, next, more, options, true);
    }
    const failure = fail('engine.start-failed', message('engine.start-failed'), {
      reason: logTail.length > 0 ? logTail.map(plainLogLine).join(' | ') : String(error),
      hint: message('engine.check-configuration'),
    });
    return { ok: false, error: { ...failure.error, logTail } };
  }
}

/**
 * The file to register as the backend's runtime: dockerd does not start if it does not exist. If the runtime
 * is not installed, a script in its place refuses every container with that message; only in the engine's own
 * directory, since files of the system (Sysbox) are never written.
 */
export async function presentRuntime(paths: RootPaths, backend: IsolationBackend): Promise<string> {
  const file = backend.runtimePath(paths);
  if (await exists(file)) return file;
  const refusingRuntime = path.join(paths.runtimeDir, path.basename(file));
  await mkdir(paths.runtimeDir, { recursive: true, mode: 0o755 });
  await writeFile(
    refusingRuntime,
    '#!/bin/sh\necho "bulkhead: the isolation runtime is not installed; see the engine\'s status" >&2\n' +
      'exit 1\n',
    { mode: 0o755 },
  );
  return refusingRuntime;
}
