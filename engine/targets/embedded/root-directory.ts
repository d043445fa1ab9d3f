import { chmod, mkdir } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import { recordEngine } from '../../base/registry.ts';
import { checkRootOwner } from '../../base/root-owner.ts';
import { message } from '../../../shared/messages/message.ts';
import type { RootPaths } from '../../base/root-paths.ts';

const run = promisify(execFile);

/** Longest path of a unix socket that the kernel accepts, in bytes. */
const maxSocketPath = 107;

/** Checks of the path alone, before anything is created: its sockets must fit. */
export function checkRootPath(paths: RootPaths): Result<void, AppError> {
  for (const socket of [
    paths.clientSocket,
    paths.engineSocket,
    paths.plannerSocket,
    paths.metricsSocket,
    `${paths.controlSocket}.new`,
    path.join(paths.sockets, '.12345678'),
  ]) {
    const bytes = Buffer.byteLength(socket);
    if (bytes > maxSocketPath) {
      return fail('engine.root-invalid', message('engine.root-path-too-long'), {
        reason: message('engine.socket-path-limit', { socket, bytes, maxSocketPath }),
        hint: message('engine.choose-shorter-path'),
        params: { path: paths.root },
      });
    }
  }
  if (/[\n\r,:]/.test(paths.root)) {
    return fail('engine.root-invalid', message('engine.root-path-invalid'), {
      reason: message('engine.root-path-characters'),
      hint: message('engine.choose-path-without-them'),
      params: { path: paths.root },
    });
  }
  return ok(undefined);
}

/** Needs root; dockerd and its helpers must be installed. */
export async function checkMachine(): Promise<Result<void, AppError>> {
  if (process.platform !== 'linux')
    return fail('engine.not-installed', message('engine.embedded-linux-only'), {
      hint: message('engine.use-docker-desktop-here'),
    });
  if (process.getuid?.() !== 0)
    return fail('rights.not-root', message('engine.start-needs-root'), {
      reason: message('engine.start-needs-root-reason'),
      hint: message('containers.run-with-sudo'),
    });
  try {
    await run('dockerd', ['--version']);
  } catch {
    return fail('engine.not-installed', message('engine.docker-not-installed'), {
      reason: message('engine.dockerd-not-on-path'),
      hint: message('engine.install-docker'),
    });
  }
  return ok(undefined);
}

/**
 * Creates the engine's directories. The root is 0711: clients can connect to the sockets in it, nobody can
 * list it. Refuses a root in which a user other than root could replace something.
 */
export async function prepareRoot(paths: RootPaths): Promise<Result<void, AppError>> {
  try {
    const above = await checkRootOwner(paths);
    if (!above.ok) return above;
    await mkdir(paths.root, { recursive: true, mode: 0o711 });
    // Again: in a sticky directory another user may have been faster.
    const own = await checkRootOwner(paths);
    if (!own.ok) return own;
    await chmod(paths.root, 0o711);
    await mkdir(path.dirname(paths.run), { recursive: true, mode: 0o711 });
    await mkdir(paths.run, { recursive: true, mode: 0o711 });
    await mkdir(paths.logs, { recursive: true, mode: 0o750 });
    await recordEngine(paths.root);
    return ok(undefined);
  } catch (error) {
    return fail('engine.root-invalid', message('engine.root-unusable'), {
      cause: error,
      params: { path: paths.root },
    });
  }
}
