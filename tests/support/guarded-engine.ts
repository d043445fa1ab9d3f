import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { startGatewayProcess, type GatewayProcess } from './gateway-process.ts';
import { startIsolatedEngine, type IsolatedEngine } from './isolated-engine.ts';
import { linkPlugins } from './test-engine.ts';

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * One of the two engines from a user's perspective: a socket, and a working directory that containers may
 * mount.
 */
export interface Side {
  readonly socket: string;
  /** Working directory, home and Docker configuration of its scripts. */
  readonly work: string;
  /** Runs a shell script against it; `$W` is the working directory. Never rejects for an exit code. */
  sh(script: string, environment?: Readonly<Record<string, string>>): Promise<Outcome>;
}

/** An isolated engine behind a gateway with ECI on, as seen by a client. */
export interface GuardedEngine extends Side {
  readonly engine: IsolatedEngine;
  readonly gateway: GatewayProcess;
  /** Directory below /tmp that containers may mount. */
  readonly scratch: string;
  stop(): Promise<void>;
}

/** Settings with ECI on and `scratch` shared; `more` is added to them. */
export const eciOn = (scratch: string, more: Readonly<Record<string, unknown>> = {}) => ({
  configurationFileVersion: 2,
  enhancedContainerIsolation: { locked: true, value: true, ...more },
  filesharingAllowedDirectories: [{ path: scratch, sharedByDefault: true }],
});

/**
 * Starts both, with busybox. Pair with `stop()`, also after a failed test. The engine's options are those of
 * `startIsolatedEngine`.
 */
export async function startGuardedEngine(
  options: Parameters<typeof startIsolatedEngine>[0] = {},
): Promise<GuardedEngine> {
  const scratch = await mkdtemp('/tmp/bulkhead-clients-');
  const stops: (() => Promise<void>)[] = [() => rm(scratch, { recursive: true, force: true })];
  const stop = async () => {
    while (stops.length > 0) await stops.pop()?.();
  };
  try {
    const engine = await startIsolatedEngine(options);
    stops.push(() => engine.stop());
    await Promise.all(['gateway', 'guarded'].map((name) => mkdir(path.join(scratch, name))));
    const gateway = await startGatewayProcess({
      engineSocket: engine.socket,
      directory: path.join(scratch, 'gateway'),
      engineDirectory: engine.root,
      settings: eciOn(scratch),
      stateDirectory: engine.paths.root,
    });
    stops.push(() => gateway.stop());
    return { ...side(gateway.socket, path.join(scratch, 'guarded')), engine, gateway, scratch, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** `work` is created by the caller. `enter`: command prefix for its scripts. */
export function side(socket: string, work: string, enter: readonly string[] = []): Side {
  const config = path.join(work, '.docker');
  linkPlugins(config);
  return {
    socket,
    work,
    sh: (script, environment = {}) =>
      new Promise((resolve, reject) => {
        const [program = 'sh', ...args] = [...enter, 'sh', '-c', script];
        const child = spawn(program, args, {
          cwd: work,
          stdio: ['ignore', 'pipe', 'pipe'],
          env: {
            PATH: process.env['PATH'] ?? '/usr/bin:/bin',
            HOME: work,
            DOCKER_CONFIG: config,
            DOCKER_HOST: `unix://${socket}`,
            W: work,
            LC_ALL: 'C',
            ...environment,
          },
        });
        const parts: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] };
        child.stdout.on('data', (part: Buffer) => {
          parts.out.push(part);
        });
        child.stderr.on('data', (part: Buffer) => {
          parts.err.push(part);
        });
        child.once('error', reject);
        child.once('close', (code) => {
          resolve({
            code,
            stdout: Buffer.concat(parts.out).toString(),
            stderr: Buffer.concat(parts.err).toString(),
          });
        });
      }),
  };
}
