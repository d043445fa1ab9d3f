import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { message } from '../../../shared/messages/message.ts';
import { fixedLimits } from '../../../shared/process/time-limits.ts';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { dockerClient } from '../../base/docker-client.ts';
import { acquireLock } from '../../base/lock.ts';
import { checkRootOwner } from '../../base/root-owner.ts';
import { rootPaths, systemRoot, type RootPaths } from '../../base/root-paths.ts';
import { checkHealth } from '../guarded/health.ts';
import { systemctl, unitStates } from '../guarded/systemd.ts';
import { runEngineJob, runServiceJob } from './service-jobs.ts';
import { engineUnits, ownUnits } from './unit-names.ts';

export interface InstallOptions {
  readonly bulkheadCommand: string;
  readonly projectRoot: string;
  /** Called with the name of each step as it begins. */
  readonly onStep?: (step: InstallStep) => void;
}
export type InstallStep =
  | 'check'
  | 'write'
  | 'stop-engine'
  | 'wait-for-containers'
  | 'start-services'
  | 'start-engine'
  | 'health'
  | 'roll-back'
  | 'roll-back-upgrade'
  | 'remove';

export type Outcome = Result<void, AppError>;

/** One at a time: install, uninstall and recover. */
export async function withInstallLock(work: () => Promise<Outcome>): Promise<Outcome> {
  const paths = rootPaths(systemRoot);
  if (process.getuid?.() !== 0)
    return fail('rights.not-root', message('system.install-needs-root'), {
      hint: message('containers.run-with-sudo'),
    });
  const own = await checkRootOwner(paths);
  if (!own.ok) return own;
  await mkdir(paths.root, { recursive: true, mode: 0o711 });
  const lock = await acquireLock(path.join(paths.root, 'install.lock'));
  if (!lock.ok) return lock;
  try {
    return await work();
  } catch (cause) {
    // For example a file that exists and can't be read, or a damaged record.
    return fail('internal', message('system.cannot-install'), { cause });
  } finally {
    await lock.value.release();
  }
}

/** The engine first: while it runs, systemd refuses to restart its socket. */
export const stopEngine = (
  { liveRestore }: { readonly liveRestore: boolean },
  onStep: InstallOptions['onStep'],
  units: readonly string[] = [],
): Promise<Outcome> => {
  const onWait = () => onStep?.('wait-for-containers');
  return runEngineJob(
    ['stop', engineUnits.service, engineUnits.socket, ...units],
    'engineServiceStop',
    // By live-restore containers run on: it does not wait for them.
    liveRestore ? {} : { onWait },
  );
};

/** Restarts in quick succession reach the start limit of docker.service. */
export async function startEngine(): Promise<Outcome> {
  await systemctl(['reset-failed', engineUnits.service, engineUnits.socket]);
  return runEngineJob(['start', engineUnits.socket, engineUnits.service], 'engineServiceStart');
}

const pollMs = 200;
/** Longer than the running gateway allows its successor: once this has passed, none takes over later. */
const replacedMs = fixedLimits.serviceStart + fixedLimits.successorServe + 10_000;

/**
 * Has the newly installed gateway replace the running one, which serves its connections to their end
 * (`systemctl reload`). If no successor serves within `limitMs` that is an error, and the running gateway
 * goes on: a restart would end it for a program that does not start. Restarts the service if systemd reports
 * that none runs, and after the replacement if the unit has another command line: the successor has its
 * predecessor's.
 */
export async function replaceGateway(limitMs = replacedMs): Promise<Outcome> {
  const restart = () => runServiceJob(['restart', ownUnits.gateway]);
  const before = await gatewayService();
  if (before === null)
    return fail('engine.start-failed', message('system.gateway-state-unknown'), {
      hint: message('system.see-journal'),
    });
  if (before.mainPid === null) return restart();
  const reloaded = await runServiceJob(['reload', ownUnits.gateway]);
  if (!reloaded.ok) return (await gatewayService())?.mainPid === null ? restart() : reloaded;
  const end = performance.now() + limitMs;
  let failure: string | null = null;
  while (failure === null && performance.now() < end) {
    const now = await gatewayService();
    if (now?.mainPid === null) return restart();
    if (now !== null && now.mainPid !== before.mainPid)
      return (await runsWith(now.mainPid, now.arguments)) ? ok(undefined) : restart();
    if (now !== null && now.status !== '' && now.status !== before.status) failure = now.status;
    // Only D-Bus has an event for another main process.
    else await setTimeout(pollMs);
  }
  return fail('engine.start-failed', message('system.gateway-not-replaced'), {
    ...(failure === null ? {} : { reason: message('system.gateway-status', { status: failure }) }),
    hint: message('system.see-journal'),
  });
}

/** Whether the process has these arguments, joined by blanks, after the launcher's; if in doubt it has. */
async function runsWith(pid: number, args: string): Promise<boolean> {
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return args === '' || commandLine === '' || commandLine.replaceAll('\0', ' ').endsWith(` ${args} `);
}

/**
 * The running gateway's main process (null: none runs), its last status, by which it reports that it was not
 * replaced, and its unit's command line. Null if systemd could not be queried.
 */
async function gatewayService(): Promise<{
  readonly mainPid: number | null;
  readonly status: string;
  readonly arguments: string;
} | null> {
  const unit = (await unitStates([ownUnits.gateway])).get(ownUnits.gateway);
  if (unit === undefined) return null;
  const isRunning = unit.active === 'active' || unit.active === 'reloading';
  return { mainPid: isRunning ? unit.mainPid : null, status: unit.status, arguments: unit.arguments };
}

/** Whether clients are served through the gateway. */
export async function checkEngine(paths: RootPaths): Promise<Outcome> {
  const healthy = await checkHealth(dockerClient(paths.clientSocket), null);
  return healthy.ok ? ok(undefined) : healthy;
}

/** Whether the gateway runs and clients can connect. Sends no request: that would start a stopped engine. */
export async function checkGateway(paths: RootPaths): Promise<Outcome> {
  const service = await gatewayService();
  if (service === null || service.mainPid === null)
    return fail('engine.start-failed', message('system.gateway-down'), {
      hint: message('system.see-journal'),
    });
  const client = connect(paths.clientSocket);
  try {
    await once(client, 'connect');
    return ok(undefined);
  } catch (cause) {
    return fail('engine.unreachable', message('system.gateway-socket-down'), { cause });
  } finally {
    client.destroy();
  }
}

/** Runs steps in order, up to the first that fails. */
export async function inOrder(steps: readonly (() => Promise<Outcome>)[]): Promise<Outcome> {
  for (const step of steps) {
    const outcome = await step();
    if (!outcome.ok) return outcome;
  }
  return ok(undefined);
}
