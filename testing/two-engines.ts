import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { startGatewayProcess, type GatewayProcess } from './gateway-process.ts';
import { startIsolatedEngine, type IsolatedEngine } from './isolated-engine.ts';
import { startBareEngine, type BareEngine } from './real-engine.ts';

export interface Outcome { readonly code: number | null; readonly stdout: string; readonly stderr: string }

/** One of the two engines as a user sees it: a socket, and a directory to work in that containers may mount. */
export interface Side {
  readonly socket: string;
  /** Working directory, home and Docker configuration of its scripts. */
  readonly work: string;
  /** Runs a shell script against it; `$W` is the working directory. Never rejects for an exit code. */
  sh(script: string, environment?: Readonly<Record<string, string>>): Promise<Outcome>;
}

/** An engine under ECI behind a gateway, beside a stock one: the same script on both shows what a client notices. */
export interface TwoEngines {
  readonly guarded: Side;
  readonly bare: Side;
  readonly engine: IsolatedEngine;
  readonly bareEngine: BareEngine;
  readonly gateway: GatewayProcess;
  /** Directory below /tmp, shared with containers. */
  readonly scratch: string;
  stop(): Promise<void>;
}

export const eciOn = (scratch: string, more: Readonly<Record<string, unknown>> = {}) => ({
  configurationFileVersion: 2, enhancedContainerIsolation: { locked: true, value: true, ...more },
  filesharingAllowedDirectories: [{ path: scratch, sharedByDefault: true }],
});

/** Starts both, ECI on, with busybox. Pair with `stop()`, also after a failed test. */
export async function startTwoEngines(): Promise<TwoEngines> {
  const scratch = await mkdtemp('/tmp/bulkhead-clients-');
  const stops: (() => Promise<void>)[] = [() => rm(scratch, { recursive: true, force: true })];
  const stop = async () => { while (stops.length > 0) await stops.pop()?.(); };
  try {
    const engine = await startIsolatedEngine();
    stops.push(() => engine.stop());
    const bareEngine = await startBareEngine();
    stops.push(async () => { await removeContainers(bareEngine); await bareEngine.stop(); });
    await Promise.all(['gateway', 'guarded', 'bare'].map((name) => mkdir(path.join(scratch, name))));
    const gateway = await startGatewayProcess({
      engineSocket: engine.socket, directory: path.join(scratch, 'gateway'), engineDirectory: engine.root, settings: eciOn(scratch),
    });
    stops.push(() => gateway.stop());
    return {
      guarded: side(gateway.socket, path.join(scratch, 'guarded')), bare: side(bareEngine.socket, path.join(scratch, 'bare')),
      engine, bareEngine, gateway, scratch, stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function removeContainers(engine: BareEngine): Promise<void> {
  const ids = (await engine.docker('ps', '-aq').catch(() => '')).split('\n').filter((id) => id !== '');
  if (ids.length > 0) await engine.docker('rm', '-f', ...ids).catch(() => undefined);
}

function side(socket: string, work: string): Side {
  return {
    socket, work,
    sh: (script, environment = {}) => new Promise((resolve, reject) => {
      const child = spawn('sh', ['-c', script], {
        cwd: work, stdio: ['ignore', 'pipe', 'pipe'],
        env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', HOME: work, DOCKER_CONFIG: path.join(work, '.docker'), DOCKER_HOST: `unix://${socket}`, W: work, LC_ALL: 'C', ...environment },
      });
      const parts: { out: Buffer[]; err: Buffer[] } = { out: [], err: [] };
      child.stdout.on('data', (part: Buffer) => { parts.out.push(part); });
      child.stderr.on('data', (part: Buffer) => { parts.err.push(part); });
      child.once('error', reject);
      child.once('close', (code) => { resolve({ code, stdout: Buffer.concat(parts.out).toString(), stderr: Buffer.concat(parts.err).toString() }); });
    }),
  };
}

/** What differs between any two runs, replaced: ids, digests, times, addresses, paths of the two sides. */
export function comparable(text: string, of: Side): string {
  return text
    // eslint-disable-next-line no-control-regex -- terminal sequences are what this takes out
    .replaceAll(/\r|\u001b\[[0-9;]*[A-Za-z]/g, '')
    .replaceAll(of.work, 'WORK').replaceAll(of.socket, 'SOCKET')
    .replaceAll(/\b[0-9a-f]{64}\b/g, 'ID64').replaceAll(/\b[0-9a-f]{12}\b/g, 'ID12')
    .replaceAll(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| ?[+-]\d\d:?\d\d)?(?: UTC)?/g, 'TIME')
    .replaceAll(/\b(?:10|172|192)\.\d+\.\d+\.\d+(?:\/\d+)?/g, 'ADDRESS')
    .replaceAll(/(?:127\.0\.0\.1|localhost|0\.0\.0\.0|\[::\]|\[::1\]):\d+/g, 'HOST:PORT')
    .replaceAll(/\b(?:Less than a second|About a minute|\d+ (?:seconds?|minutes?))( ago)?/g, 'DURATION')
    .replaceAll(/\b\d+(?:\.\d+)?(?:ms|s)\b/g, 'DURATION');
}
