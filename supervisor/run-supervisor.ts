import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { acquireLock, type Lock } from '../engine/base/lock.ts';
import { identityOf } from '../engine/base/process-identity.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';
import { supervisorLock } from '../engine/targets/embedded/engine-state.ts';
import { openLog } from '../engine/targets/embedded/log-files.ts';
import { checkMachine, checkRootPath, prepareRoot } from '../engine/targets/embedded/root-directory.ts';
import { ControlServer } from './control-server.ts';
import { message } from '../shared/messages/message.ts';
import { Supervisor } from './supervisor.ts';
import type { SupervisorOptions } from './supervisor-options.ts';

/**
 * Runs one engine in the foreground until it is stopped by SIGTERM, SIGINT or the control socket: gateway,
 * planner and dockerd, each restarted when it dies. SIGHUP, or a request, restarts dockerd and planner with
 * the configuration on disk; the gateway keeps its socket. If a restart fails, the supervisor waits for the
 * next one while the gateway responds with 503. Resolves when everything has ended; with an error when the
 * engine never became ready or another supervisor has this root.
 */
export async function runSupervisor(
  paths: RootPaths,
  options: SupervisorOptions,
): Promise<Result<void, AppError>> {
  for (const check of [() => Promise.resolve(checkRootPath(paths)), checkMachine, () => prepareRoot(paths)]) {
    const checked = await check();
    if (!checked.ok) return checked;
  }
  const self = await identityOf(process.pid);
  if (self === null) throw new Error('/proc is not mounted');
  const lock = await acquireSupervisorLock(paths);
  if (!lock.ok) return lock;
  const control = await bindControlSocket(paths.controlSocket);
  if (!control.ok) {
    await lock.value.release();
    return control;
  }
  const log = openLog(paths, 'supervisor', options.onLog);
  try {
    const supervisor = new Supervisor(paths, options, self, log);
    // Before the first state is written: a supervisor that is named in the state file accepts connections.
    await control.value.serve(supervisor.controlTarget());
    return await supervisor.run();
  } finally {
    // To clients, the end of their connection is the end of the supervisor: its resources must be released by
    // then.
    await control.value.stopListening();
    await log.close();
    await lock.value.release();
    await control.value.close();
  }
}

async function bindControlSocket(file: string): Promise<Result<ControlServer, AppError>> {
  try {
    return ok(await ControlServer.bind(file));
  } catch (error) {
    return fail('engine.start-failed', message('engine.control-socket-failed'), {
      cause: error,
      params: { path: file },
    });
  }
}

async function acquireSupervisorLock(paths: RootPaths): Promise<Result<Lock, AppError>> {
  const lock = await acquireLock(supervisorLock(paths));
  if (lock.ok || lock.error.code !== 'apply.in-progress') return lock;
  return fail('engine.already-running', message('engine.supervisor-running'), {
    ...(lock.error.reason === undefined ? {} : { reason: lock.error.reason }),
  });
}
