import { on } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { atFirstUse } from '../engine/base/at-first-use.ts';
import { slowness } from '../engine/base/machine-speed.ts';
import { optionsOfRoot } from '../engine/base/root-options.ts';
import { rootPaths } from '../engine/base/root-paths.ts';
import { collectAfterStart } from '../gateway/base/garbage-collection.ts';
import { measureSlownessBy } from '../gateway/base/time-limit.ts';
import type { GatewayOptions } from '../gateway/gateway-options.ts';
import type { ServiceManager } from '../gateway/base/systemd-notify.ts';
import { engineNotice } from '../shared/gateway/engine-notices.ts';
import { takeInheritedListeners, trackListeners } from '../shared/gateway/listener-handoff.ts';
import { setEngineOptions } from '../shared/messages/engine-options.ts';
import { fixedLimits } from '../shared/process/time-limits.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { startHeartbeat } from './heartbeat.ts';
import { message } from '../shared/messages/message.ts';
import { bulkheadCommand, printError } from './output.ts';
import { takePredecessor, usualSuccessorLimits, type SuccessorLimits } from './gateway-successor.ts';
import { ReplaceableGateway, type StartGateway } from './replaceable-gateway.ts';
import { serviceLog } from './service-log.ts';
import { helpText } from './help.ts';

/** After the gateway's start, until the recorder of settings that other programs wrote is loaded, ms. */
const recorderDelayMs = 1000;

interface GatewayCommandOptions {
  readonly engine: string;
  readonly listen: string;
  readonly settings: string;
  readonly audit?: string;
  readonly metrics?: string;
  readonly state?: string;
  readonly runtime?: string;
  readonly group?: string;
  readonly engineDirectory?: string[];
  readonly enginePidFile?: string;
}

/**
 * `bulkhead gateway`: the enforcement proxy in the foreground. Prints `gateway listening on …` when ready;
 * SIGTERM drains connections and ends it.
 */
export function configureGateway(command: Command, limits: SuccessorLimits = usualSuccessorLimits): void {
  command
    .requiredOption('--engine <socket>', helpText('cli-help.gateway-engine'))
    .requiredOption('--listen <socket>', helpText('cli-help.gateway-listen'))
    .requiredOption('--settings <file>', helpText('cli-help.gateway-settings'))
    .option('--audit <file>', helpText('cli-help.gateway-audit'))
    .option('--metrics <socket>', helpText('cli-help.gateway-metrics'))
    .option('--state <dir>', helpText('cli-help.gateway-state'))
    .option('--runtime <name>', helpText('cli-help.gateway-runtime'))
    .option('--group <name>', helpText('cli-help.gateway-group'))
    .option(
      '--engine-directory <dir>',
      helpText('cli-help.gateway-engine-directory'),
      (value: string, before: string[]) => [...before, value],
      [] as string[],
    )
    .option('--engine-pid-file <file>', helpText('cli-help.gateway-engine-pid-file'))
    .action((options: GatewayCommandOptions) => runGateway(options, limits));
}

async function runGateway(options: GatewayCommandOptions, limits: SuccessorLimits): Promise<void> {
  startHeartbeat();
  measureSlownessBy(slowness);
  const engine = unixPath(options.engine, 'engine');
  const listen = unixPath(options.listen, 'listen');
  if (!engine.ok) {
    printError(engine.error);
    return;
  }
  if (!listen.ok) {
    printError(listen.error);
    return;
  }
  const metrics = options.metrics === undefined ? ok(null) : unixPath(options.metrics, 'metrics');
  if (!metrics.ok) {
    printError(metrics.error);
    return;
  }
  const predecessor = takePredecessor(process.env);
  const inherited = takeInheritedListeners(process.env, process.pid);
  const [{ parentListenerStore }, { serviceManager }] = await Promise.all([
    import('../gateway/sockets/parent-listener-store.ts'),
    import('../gateway/base/systemd-notify.ts'),
  ]);
  const [{ startGateway }, { loadThread }] = await Promise.all([
    import('../gateway/server.ts'),
    import('../gateway/http/splice/splicer.ts'),
  ]);
  loadThread();
  const log = serviceLog((line) => `${new Date().toISOString()} gateway: ${line}`);
  const manager = serviceManager(process.env, log, { isMain: predecessor === null });
  // From here on, and while a successor loads: without a listener the signal would end this process.
  const service = manager === null ? null : { manager, hangups: on(process, 'SIGHUP') };
  const store = manager?.listenerStore ?? parentListenerStore(log);
  const start: StartGateway = async (sockets, isEngineStopped) => {
    const listenerStore = trackListeners(store, sockets);
    const started = await startGateway({
      engineSocket: engine.value,
      listenSocket: listen.value,
      settingsFile: path.resolve(options.settings),
      metricsSocket: metrics.value,
      auditFile: options.audit === undefined ? null : path.resolve(options.audit),
      ...(options.runtime === undefined ? {} : { runtime: options.runtime }),
      ...(options.group === undefined ? {} : { group: options.group }),
      engineDirectories: (options.engineDirectory ?? []).map((directory) => path.resolve(directory)),
      ...directoriesOf(options.state),
      inherited: sockets,
      listenerStore,
      isEngineStopped,
      isPredecessorRunning: predecessor?.isRunning,
      layerGuardProgram: path.resolve(path.dirname(bulkheadCommand()), '../runtime/build/bulkhead-runc'),
      ...(options.state === undefined ? {} : { onPolicy: createVersionRecorder(options.state, log) }),
      log,
    });
    return started.ok ? ok({ gateway: started.value, listeners: listenerStore.current }) : started;
  };
  await predecessor?.whenRetired();
  const { enginePidFile } = options;
  const started = await start(inherited, enginePidFile !== undefined && !isRunning(enginePidFile));
  if (!started.ok) {
    printError(started.error);
    return;
  }
  const gateway = new ReplaceableGateway(started.value, start, log);
  await predecessor?.whenHandedOver();
  manager?.becomeMainProcess();
  await serve(gateway, service, enginePidFile, limits);
}

/**
 * The state directory, and the engine's run directory: that is on tmpfs, where the gateway can lock a file
 * also if the state directory is read-only or full. Those who start an engine make it; a gateway that
 * somebody starts on their own has none.
 */
function directoriesOf(state: string | undefined): Pick<GatewayOptions, 'stateDirectory' | 'runDirectory'> {
  if (state === undefined) return { stateDirectory: null };
  const { root, run } = rootPaths(state);
  // Clients can paste the commands that denials name.
  setEngineOptions(optionsOfRoot(root));
  return { stateDirectory: root, runDirectory: existsSync(run) ? run : root };
}

/**
 * Adds settings that come into force without an apply to history. The recorder is loaded after the start, for
 * which clients wait.
 */
function createVersionRecorder(
  state: string,
  log: (line: string) => void,
): NonNullable<GatewayOptions['onPolicy']> {
  const load = atFirstUse(async () => {
    await delay(recorderDelayMs, undefined, { ref: false });
    const { FoundVersionRecorder } = await import('../engine/store/found-versions.ts');
    return new FoundVersionRecorder(rootPaths(state), log);
  });
  return (policy) => {
    void load().then(
      (recorder) => recorder.record(policy),
      (error: unknown) => {
        log(`history: ${String(error)}`);
      },
    );
  };
}

/** The service manager that started this process, and the signals by which it is reloaded. */
interface Service {
  readonly manager: ServiceManager;
  readonly hangups: AsyncIterable<unknown>;
}

/** Serves until a signal ends this process, or a successor has replaced it. */
async function serve(
  gateway: ReplaceableGateway,
  service: Service | null,
  enginePidFile: string | undefined,
  limits: SuccessorLimits,
): Promise<void> {
  const notice = (message: unknown) => {
    const notification = engineNotice(message);
    if (notification !== null) gateway.setEngineStopping(notification.kind === 'engine-stopping');
  };
  process.on('message', notice);
  const endEngineSignals = followEngineSignals(enginePidFile, (stopping) => {
    gateway.setEngineStopping(stopping);
  });
  process.stdout.write(`gateway listening on unix://${gateway.listenSocket}\n`);
  service?.manager.ready();
  collectAfterStart();
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        resolve();
      });
  });
  const replaced =
    service === null
      ? new Promise<never>(() => undefined)
      : gateway.replacedOnHangup(service.hangups, service.manager, limits);
  await Promise.race([stopped, replaced]);
  service?.manager.stopping();
  process.off('message', notice);
  endEngineSignals();
  // An upgrade replaces the service: clients that connect meanwhile wait at its socket unit.
  await gateway.close(service === null ? undefined : fixedLimits.gatewayDrain);
}

/**
 * For an engine that the service manager runs: SIGWINCH announces its stop, SIGURG reports its start. By
 * default both are ignored, so they do not harm a gateway that is still loading. While the engine does not
 * run (no running process in its `pidFile`), the gateway itself does not connect to it: that would start it
 * by its socket. Returns how to end that; does nothing without a file.
 */
function followEngineSignals(
  pidFile: string | undefined,
  setEngineStopping: (stopping: boolean) => void,
): () => void {
  if (pidFile === undefined) return () => undefined;
  const onStop = () => {
    setEngineStopping(true);
  };
  const onStart = () => {
    setEngineStopping(false);
  };
  process.on('SIGWINCH', onStop).on('SIGURG', onStart);
  // It may have been started or stopped since this process started.
  setEngineStopping(!isRunning(pidFile));
  return () => {
    process.off('SIGWINCH', onStop).off('SIGURG', onStart);
  };
}

function isRunning(pidFile: string): boolean {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8').trim());
    return Number.isInteger(pid) && pid > 0 && existsSync(`/proc/${pid}`);
  } catch {
    return false;
  }
}

function unixPath(text: string, option: string): Result<string, AppError> {
  const given = text.startsWith('unix://') ? text.slice('unix://'.length) : text;
  if (!path.isAbsolute(given) || given.includes('\0')) {
    return fail('input.unusable', message('cli.not-a-unix-socket', { option }), {
      reason: message('cli.value-given', { text }),
      hint: message('cli.socket-example', { option }),
    });
  }
  return ok(given);
}
