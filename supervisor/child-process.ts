import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { Readable } from 'node:stream';
import { heartbeatVariable } from '../shared/process/heartbeat.ts';
import { fail, ok, type AppError, type Result } from '../shared/result.ts';
import { onBoundedLines } from '../shared/process/bounded-lines.ts';
import type { LogWriter } from '../engine/targets/embedded/log-files.ts';
import type { EngineNotice } from '../shared/gateway/engine-notices.ts';
import { describeProcessState, readStat, watchHeartbeat, type HeartbeatLimits } from './heartbeat-watch.ts';
import { RetainedListeners } from './kept-listeners.ts';
import { healthyMs, RestartPause } from './restart-pause.ts';
import { message } from '../shared/messages/message.ts';
import { identityOf } from '../engine/base/process-identity.ts';
import { unscaledLimits } from '../shared/process/time-limits.ts';
import type { ProcessIdentity } from '../shared/process/process-stat.ts';

export interface ChildSpec {
  readonly name: 'gateway' | 'planner' | 'lxcfs';
  /** The launcher, and its arguments. */
  readonly command: string;
  readonly args: readonly string[];
  readonly log: LogWriter;
  /** The line it prints when it can serve. */
  readonly ready: RegExp;
  /**
   * The line it prints if it has work to do before it is ready: then the start does not fail, however long
   * that takes.
   */
  readonly busy?: RegExp;
  /** Keep the listening sockets for which it requests that, and pass them to the next process. */
  readonly keepListeners?: boolean;
  /** It writes heartbeats (shared/process/heartbeat.ts): it is killed, and restarted, when they stop. */
  readonly heartbeat?: HeartbeatLimits;
  /** What ends it when it is stopped; SIGTERM by default. */
  readonly endSignal?: 'SIGTERM' | 'SIGKILL';
  /** Called whenever the process starts (identity) or ends (null). */
  readonly onChange: (identity: ProcessIdentity | null) => void;
}

/** A child that is kept running until it is stopped: when it dies, it is restarted after growing pauses. */
export interface SupervisedChild {
  /**
   * Resolves when it is ready, or when it has reported that it is busy and still is after `timeoutMs`; with
   * an error when it ends before that, or reports nothing. Idempotent while it runs.
   */
  start(timeoutMs: number): Promise<Result<void, AppError>>;
  /** Sends it a notice, if it runs and has a channel (`keepListeners`). */
  notify(notice: EngineNotice): void;
  /** Its `endSignal`, SIGKILL after a while; resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Sets the signal that a process gets when its parent ends; if the program is missing, children outlive a
 * killed supervisor.
 */
export const setpriv = '/usr/bin/setpriv';

/**
 * Pause after a process was killed for missing heartbeats: one that soon gets stuck again must not cause a
 * storm of restarts.
 */
const healthyBeforeStuckMs = 600_000;

interface RunningChild {
  readonly process: ChildProcess;
  readonly ready: Promise<void>;
  readonly exited: Promise<string>;
  /** By the monotonic clock, ms. */
  readonly startedAt: number;
  readonly lastLines: string[];
  /** Whether it has reported that it is busy. */
  readonly busy: () => boolean;
  /** Whether it was killed for missing heartbeats. */
  readonly stuck: () => boolean;
}

export function superviseChild(spec: ChildSpec): SupervisedChild {
  return new RestartedChild(spec);
}

class RestartedChild implements SupervisedChild {
  readonly #spec: ChildSpec;
  readonly #listeners: RetainedListeners | null;
  readonly #pause = new RestartPause();
  #running: RunningChild | null = null;
  /** It was started, and is restarted when it ends. */
  #isWanted = false;
  #restarts = 0;
  #restartTimer: NodeJS.Timeout | null = null;

  constructor(spec: ChildSpec) {
    this.#spec = spec;
    this.#listeners = spec.keepListeners === true ? new RetainedListeners() : null;
  }

  async start(timeoutMs: number): Promise<Result<void, AppError>> {
    const { name, log } = this.#spec;
    this.#cancelRestart();
    const current = this.#running ?? this.#launch();
    const outcome = await firstOutcome(current, timeoutMs);
    const isBusy = outcome.kind === 'late' && current.busy();
    if (isBusy) log.line(`${name} is not ready after ${timeoutMs / 1000} s: it still works`);
    if (outcome.kind === 'ready' || isBusy) {
      this.#isWanted = true;
      return ok(undefined);
    }
    const reason =
      outcome.kind === 'ended'
        ? `it ended (${outcome.how})`
        : `it was not ready within ${timeoutMs / 1000} s`;
    await stopRunning(current);
    return fail(
      name === 'planner' ? 'isolation.planner-failed' : 'engine.start-failed',
      message('engine.process-not-started', { name }),
      {
        reason: [reason, ...current.lastLines].join(' | '),
        hint: message('engine.process-log', { name }),
      },
    );
  }

  notify(notice: EngineNotice): void {
    // Without a listener, a channel that has just closed would end the supervisor; its end is handled
    // elsewhere.
    if (this.#running?.process.connected === true) this.#running.process.send(notice, () => undefined);
  }

  async stop(): Promise<void> {
    this.#isWanted = false;
    this.#cancelRestart();
    if (this.#running !== null) await stopRunning(this.#running, this.#spec.endSignal);
    this.#listeners?.clear();
    this.#pause.reset();
  }

  #launch(): RunningChild {
    const current = spawnChild(this.#spec, this.#listeners);
    this.#running = current;
    const pid = current.process.pid;
    if (pid !== undefined)
      void identityOf(pid).then((identity) => {
        if (this.#running === current) this.#spec.onChange(identity);
      });
    void current.exited.then((how) => {
      if (this.#running !== current) return;
      this.#running = null;
      this.#spec.onChange(null);
      if (this.#isWanted) this.#restartLater(current, how);
    });
    return current;
  }

  #restartLater(ended: RunningChild, how: string): void {
    const { name, log } = this.#spec;
    const healthy = ended.stuck() ? healthyBeforeStuckMs : healthyMs;
    const pauseMs = this.#pause.next(performance.now() - ended.startedAt >= healthy);
    this.#restarts += 1;
    log.line(`${name} ended (${how}); it is started again in ${pauseMs} ms (restart ${this.#restarts})`);
    this.#restartTimer = setTimeout(() => {
      this.#restartTimer = null;
      this.#launch();
    }, pauseMs);
  }

  #cancelRestart(): void {
    if (this.#restartTimer === null) return;
    clearTimeout(this.#restartTimer);
    this.#restartTimer = null;
  }
}

type StartOutcome =
  { readonly kind: 'ready' } | { readonly kind: 'ended'; readonly how: string } | { readonly kind: 'late' };

async function firstOutcome(child: RunningChild, timeoutMs: number): Promise<StartOutcome> {
  let timer: NodeJS.Timeout | undefined;
  const outcome = await Promise.race([
    child.ready.then(() => ({ kind: 'ready' as const })),
    child.exited.then((how) => ({ kind: 'ended' as const, how })),
    new Promise<{ kind: 'late' }>((resolve) => {
      timer = setTimeout(() => {
        resolve({ kind: 'late' });
      }, timeoutMs);
    }),
  ]);
  clearTimeout(timer);
  return outcome;
}

function spawnChild(spec: ChildSpec, listeners: RetainedListeners | null): RunningChild {
  // The kernel ends it when the supervisor is killed: it must not serve an engine without supervision.
  const withDeathSignal = existsSync(setpriv);
  const [command, args] = withDeathSignal
    ? [setpriv, ['--pdeathsig', 'TERM', '--', spec.command, ...spec.args]]
    : [spec.command, [...spec.args]];
  // A session of its own: only the supervisor handles Ctrl+C in a terminal.
  const inherited = listeners?.forNextChild() ?? { descriptors: [], variables: {} };
  const heartbeatFd = 3 + inherited.descriptors.length;
  const heartbeat = spec.heartbeat === undefined ? [] : ['pipe' as const];
  const channel = listeners === null ? [] : ['ipc' as const];
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe', ...inherited.descriptors, ...heartbeat, ...channel],
    detached: true,
    env: {
      ...process.env,
      ...inherited.variables,
      ...(spec.heartbeat === undefined ? {} : { [heartbeatVariable]: String(heartbeatFd) }),
    },
  });
  child.on('message', (message, handle) => {
    listeners?.receive(message, handle);
  });
  const lastLines: string[] = [];
  let busy = false;
  const ready = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      if (stream === null) continue;
      onBoundedLines(stream, (raw) => {
        // The log has its own times and sources.
        const line = raw.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z (?:gateway: |planner: )?/, '');
        spec.log.line(line);
        lastLines.push(line);
        if (lastLines.length > 5) lastLines.shift();
        if (spec.busy?.test(line) === true) busy = true;
        if (spec.ready.test(line)) resolve();
      });
    }
  });
  let stuck = false;
  const isStuck = (silentMs: number): void => {
    stuck = true;
    const who = `${spec.name} (pid ${child.pid ?? 'none'})`;
    const doing = child.pid === undefined ? 'it is gone' : describeProcessState(child.pid);
    spec.log.line(
      `${who} hangs: no heartbeat of its event loop for ${silentMs / 1000} s, ${doing}; it is killed`,
    );
    child.kill('SIGKILL');
  };
  const heartbeats = spec.heartbeat === undefined ? null : child.stdio[heartbeatFd];
  const endWatch =
    spec.heartbeat !== undefined && heartbeats instanceof Readable
      ? watchHeartbeat(heartbeats, spec.heartbeat, ready, isStuck, () => readStat(child.pid ?? 0))
      : () => undefined;
  const exited = new Promise<string>((resolve) => {
    child.once('exit', endWatch);
    // 'close' is emitted after its last output was read.
    child.once('close', (code, signal) => {
      resolve(String(code ?? signal));
    });
    child.once('error', (error) => {
      endWatch();
      resolve(error.message);
    });
  });
  return {
    process: child,
    ready,
    exited,
    startedAt: performance.now(),
    lastLines,
    busy: () => busy,
    stuck: () => stuck,
  };
}

async function stopRunning(current: RunningChild, endSignal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  current.process.kill(endSignal);
  const kill = setTimeout(() => current.process.kill('SIGKILL'), unscaledLimits.processEnd);
  await current.exited;
  clearTimeout(kill);
}
