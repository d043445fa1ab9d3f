import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { message } from '../shared/messages/message.ts';
import { endProcesses, identityOf } from '../engine/base/process-identity.ts';
import type { RootPaths } from '../engine/base/root-paths.ts';
import { unscaledLimits } from '../shared/process/time-limits.ts';
import { containerdConfigFile, containerdSocket } from '../engine/targets/embedded/engine-processes.ts';
import { confinementText, type DeviceConfinement } from './device-confinement.ts';
import { lastLogLines } from './dockerd-process.ts';
import { logFile } from '../engine/targets/embedded/log-files.ts';
import { healthyMs, RestartPause } from './restart-pause.ts';

/**
 * containerd of one embedded engine. Otherwise dockerd would use the machine's containerd if one runs
 * (/run/containerd/containerd.sock): two engines would then list each other's containers in its namespace
 * `moby`, and stopping containerd.service would stop this engine.
 */

/**
 * The directories that dockerd uses for a containerd that it starts itself: compatible with engines of
 * earlier versions.
 */
function containerdConfig(paths: RootPaths): string {
  const text = (value: string) => JSON.stringify(value);
  return [
    'version = 2',
    `root = ${text(path.join(paths.data, 'containerd/daemon'))}`,
    `state = ${text(path.join(paths.run, 'containerd/daemon'))}`,
    'disabled_plugins = ["io.containerd.grpc.v1.cri"]',
    '[grpc]',
    `address = ${text(containerdSocket(paths))}`,
    '[ttrpc]',
    `address = ${text(`${containerdSocket(paths)}.ttrpc`)}`,
    '[debug]',
    `address = ${text(path.join(paths.run, 'containerd/containerd-debug.sock'))}`,
    '',
  ].join('\n');
}

/** containerd and its shims run with the same arguments and environment as dockerd. */
export interface ContainerdLaunch {
  readonly environment: Readonly<Record<string, string>>;
  readonly confinement?: DeviceConfinement;
  readonly timeoutMs: number;
}

const readyPollMs = 25;

interface RunningContainerd {
  readonly child: ChildProcess;
  /** Resolves with exit code or signal name. */
  readonly exited: Promise<string>;
}

/** Keeps containerd running from `start` to `stop`; shims and their containers outlive it. */
export class ContainerdProcess {
  readonly #paths: RootPaths;
  readonly #log: (text: string) => void;
  #running: RunningContainerd | null = null;
  #launch: ContainerdLaunch | null = null;
  readonly #pause = new RestartPause();
  #timer: NodeJS.Timeout | null = null;

  constructor(paths: RootPaths, log: (text: string) => void) {
    this.#paths = paths;
    this.#log = log;
  }

  /** Resolves when it accepts connections. Fails with `engine.start-failed` when it ends, or takes longer. */
  async start(launch: ContainerdLaunch): Promise<Result<void, AppError>> {
    await this.stop();
    await mkdir(path.dirname(containerdConfigFile(this.#paths)), { recursive: true, mode: 0o711 });
    await writeFile(containerdConfigFile(this.#paths), containerdConfig(this.#paths), { mode: 0o600 });
    this.#launch = launch;
    const running = this.#spawn(launch);
    const reason = await this.#untilReady(running, launch.timeoutMs);
    if (reason === null) return ok(undefined);
    await this.stop();
    return fail('engine.start-failed', message('engine.process-not-started', { name: 'containerd' }), {
      reason: `${reason} | ${await lastLogLines(logFile(this.#paths, 'dockerd'), 3)}`,
      hint: message('engine.process-log', { name: 'dockerd' }),
    });
  }

  /** SIGTERM, SIGKILL after a while; resolves when it is gone. */
  async stop(): Promise<void> {
    this.#launch = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#pause.reset();
    const running = this.#running;
    this.#running = null;
    if (running?.child.pid === undefined) return;
    const identity = await identityOf(running.child.pid);
    if (identity !== null) await endProcesses([identity], unscaledLimits.processEnd);
    await running.exited;
  }

  #spawn(launch: ContainerdLaunch): RunningContainerd {
    const [program = 'containerd', ...before] = [...confinementText(launch.confinement), 'containerd'];
    const log = openSync(logFile(this.#paths, 'dockerd'), 'a', 0o640);
    const child = spawn(program, [...before, '--config', containerdConfigFile(this.#paths)], {
      stdio: ['ignore', log, log],
      detached: true,
      env: launch.environment,
    });
    closeSync(log);
    const startedAt = performance.now();
    const exited = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => {
        resolve(String(code ?? signal));
      });
      child.once('error', (error) => {
        resolve(error.message);
      });
    });
    const running = { child, exited };
    this.#running = running;
    void exited.then((how) => {
      if (this.#running !== running) return;
      this.#running = null;
      const pauseMs = this.#pause.next(performance.now() - startedAt >= healthyMs);
      this.#log(`containerd ended (${how}); it is started again in ${pauseMs} ms`);
      this.#timer = setTimeout(() => {
        if (this.#launch !== null) this.#spawn(this.#launch);
      }, pauseMs);
    });
    return running;
  }

  /** Null when it accepts connections, else the reason why not. */
  async #untilReady(running: RunningContainerd, timeoutMs: number): Promise<string | null> {
    const deadline = performance.now() + timeoutMs;
    let ended: string | null = null;
    void running.exited.then((how) => {
      ended = how;
    });
    for (;;) {
      if (await acceptsConnections(containerdSocket(this.#paths))) return null;
      if (ended !== null) return `it ended (${String(ended)})`;
      if (performance.now() > deadline) return `it was not ready within ${timeoutMs / 1000} s`;
      // It reports its readiness only to systemd.
      await Promise.race([new Promise((r) => setTimeout(r, readyPollMs)), running.exited]);
    }
  }
}

function acceptsConnections(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    connection.once('connect', () => {
      connection.destroy();
      resolve(true);
    });
    connection.once('error', () => {
      resolve(false);
    });
  });
}
