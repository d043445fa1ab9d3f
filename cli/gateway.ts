import { on } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { engineNotice } from '../shared/gateway/engine-notices.ts';
import type { ServiceManager } from '../gateway/base/service-manager.ts';
import type { Gateway } from '../gateway/server.ts';
import {
  takeInheritedListeners,
  trackListeners,
  type InheritedListener,
} from '../shared/gateway/listener-handoff.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { startHeartbeat } from './heartbeat.ts';
import { message } from '../shared/messages/message.ts';
import { printError } from './output.ts';
import { startSuccessor, waitForPredecessor } from './gateway-successor.ts';
import { serviceLog, type ServiceLog } from './service-log.ts';
import { helpText } from './help.ts';

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
export function configureGateway(command: Command): void {
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
    .action(runGateway);
}

async function runGateway(options: GatewayCommandOptions): Promise<void> {
  startHeartbeat();
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
  const inherited = takeInheritedListeners(process.env, process.pid);
  const [{ parentListenerStore }, { serviceManager }] = await Promise.all([
    import('../gateway/sockets/parent-listener-store.ts'),
    import('../gateway/base/service-manager.ts'),
  ]);
  const { startGateway } = await import('../gateway/server.ts');
  const log = serviceLog((line) => `${new Date().toISOString()} gateway: ${line}`);
  const manager = serviceManager(process.env, log);
  const listeners = trackListeners(manager?.listenerStore ?? parentListenerStore(log), inherited);
  await waitForPredecessor();
  const started = await startGateway({
    engineSocket: engine.value,
    listenSocket: listen.value,
    settingsFile: path.resolve(options.settings),
    metricsSocket: metrics.value,
    auditFile: options.audit === undefined ? null : path.resolve(options.audit),
    ...(options.runtime === undefined ? {} : { runtime: options.runtime }),
    ...(options.group === undefined ? {} : { group: options.group }),
    engineDirectories: (options.engineDirectory ?? []).map((directory) => path.resolve(directory)),
    stateDirectory: options.state === undefined ? null : path.resolve(options.state),
    inherited,
    listenerStore: listeners,
    log,
  });
  if (!started.ok) {
    printError(started.error);
    return;
  }
  const notice = (message: unknown) => {
    const notification = engineNotice(message);
    if (notification !== null) started.value.setEngineStopping(notification.kind === 'engine-stopping');
  };
  process.on('message', notice);
  const endEngineSignals = followEngineSignals(options.enginePidFile, (stopping) => {
    started.value.setEngineStopping(stopping);
  });
  process.stdout.write(`gateway listening on unix://${started.value.listenSocket}\n`);
  manager?.ready();
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        resolve();
      });
  });
  const replaced =
    manager === null
      ? new Promise<never>(() => undefined)
      : replacedOnHangup(started.value, manager, listeners.current, log);
  await Promise.race([stopped, replaced]);
  manager?.stopping();
  process.off('message', notice);
  endEngineSignals();
  // An upgrade replaces the service: clients that connect meanwhile wait at its socket unit.
  await started.value.close(manager === null ? undefined : serviceEndMs);
}

/** How long exchanges in progress have to end, ms: less than TimeoutStopSec= of the unit. */
const serviceEndMs = 15_000;

/**
 * SIGHUP (`systemctl reload`): starts the currently installed program to replace this process. It gets the
 * listening sockets, so that no client is refused; open connections stay with this process. Resolves at the
 * end of the last.
 */
async function replacedOnHangup(
  gateway: Gateway,
  manager: ServiceManager,
  listeners: () => readonly InheritedListener[],
  log: ServiceLog,
): Promise<void> {
  // Keeps listening for the signal while a successor loads: another SIGHUP would end this process.
  for await (const _ of on(process, 'SIGHUP')) {
    try {
      const successor = await startSuccessor(listeners(), manager.variables);
      manager.handOver(successor.pid);
      const { ended } = await gateway.retire();
      successor.proceed();
      log(`process ${successor.pid} serves new connections; this one ends with the last of its own`, 'info');
      // Only its parent gets its exit; the service manager restarts the service when both have ended.
      await Promise.race([ended, successor.ended]);
      return;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      log(`the gateway was not replaced, and goes on: ${why}`);
    }
  }
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
  if (!isRunning(pidFile)) setEngineStopping(true);
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
    return fail('input.unusable', message('cli.is-not-unix-socket', { option }), {
      reason: message('cli.was-given', { text }),
      hint: message('cli.give-absolute-path-unix-run-docker-sock', { option }),
    });
  }
  return ok(given);
}
