import { fail, ok, type AppError, type Result } from '../../../shared/result.ts';
import {
  engineProblem,
  type EngineLogLine,
  type EngineStatus,
} from '../../../shared/engine-status/status.ts';
import type { DriverCallOptions, EngineDriver } from '../../apply/driver.ts';
import { describeEngine, engineInfoSchema, type EngineInfo } from '../../base/engine-info.ts';
import type { RootPaths } from '../../base/root-paths.ts';
import { quitCommands, startCommand, type Command } from './commands.ts';
import { respondingSocket, desktopFacts } from './detect.ts';
import { firstExisting, type DesktopHost } from './host.ts';
import { message, plainText, sentenceOf, type Message } from '../../../shared/messages/message.ts';
import { desktopPresence } from './presence.ts';
import { startProblem, changeTimes } from './start-problem.ts';

/**
 * How long quitting, and restarting, may take. The first start of its virtual machine, with a sign-in in
 * between, takes minutes.
 */
const quitMs = 120_000;
export const startMs = 300_000;
/** How long its own command line may take to quit it, before the system's command is used. */
const quitFallbackMs = 30_000;
const pollIntervalMs = 1000;
/** Interval of progress reports while waiting for it. */
const progressIntervalMs = 15_000;
/** Number of log lines kept. */
const maxLines = 500;

/** Drives Docker Desktop from outside: status by its user's socket, restart by a full quit and relaunch. */
export function createDesktopDriver(paths: RootPaths, host: DesktopHost): EngineDriver {
  return new DesktopDriver(paths, host);
}

class DesktopDriver implements EngineDriver {
  readonly kind = 'docker-desktop';
  readonly paths: RootPaths;
  readonly #host: DesktopHost;
  /** While an operation on it is in progress; null otherwise. */
  #phase: EngineStatus['phase'] | null = null;
  #generation = 1;
  readonly #lines: EngineLogLine[] = [];

  constructor(paths: RootPaths, host: DesktopHost) {
    this.paths = paths;
    this.#host = host;
  }

  async status(): Promise<EngineStatus> {
    const host = this.#host;
    const socket = await respondingSocket(host);
    const info = socket === null ? null : await engineInfo(host, socket);
    const problem = socket === null && this.#phase === null ? await startProblem(host, null) : null;
    return {
      kind: this.kind,
      phase: this.#phase ?? (socket !== null ? 'ready' : problem !== null ? 'failed' : 'stopped'),
      name: 'Docker Desktop',
      root: null,
      socket: socket ?? host.locations.sockets[0] ?? '',
      settingsPath: this.paths.settings,
      daemonJsonPath: this.paths.daemonJson,
      supervisorPid: null,
      dockerdPid: null,
      generation: this.#generation,
      startedAt: null,
      ...describeEngine(info),
      gatewayUp: false,
      plannerUp: false,
      problem: problem === null ? null : engineProblem(problem),
    };
  }

  start(call: DriverCallOptions = {}): Promise<Result<EngineStatus, AppError>> {
    return this.#during('starting', () => this.#launch(call));
  }

  stop(call: DriverCallOptions = {}): Promise<Result<EngineStatus, AppError>> {
    return this.#during('stopping', () => this.#quit(call));
  }

  restart(call: DriverCallOptions = {}): Promise<Result<EngineStatus, AppError>> {
    return this.#during('restarting', async () => {
      const quitted = await this.#quit(call);
      if (!quitted.ok) return quitted;
      this.#generation++;
      return this.#launch(call);
    });
  }

  /** Its file is checked by the linter; only a start of Docker Desktop can check more. */
  checkConfig(): Promise<Result<void, AppError>> {
    return Promise.resolve(ok(undefined));
  }

  log(count: number): Promise<EngineLogLine[]> {
    return Promise.resolve(this.#lines.slice(-count));
  }

  async #during(
    phase: EngineStatus['phase'],
    work: () => Promise<Result<void, AppError>>,
  ): Promise<Result<EngineStatus, AppError>> {
    this.#phase = phase;
    let done: Result<void, AppError>;
    try {
      done = await work();
    } finally {
      this.#phase = null;
    }
    return done.ok ? ok(await this.status()) : done;
  }

  async #quit(call: DriverCallOptions): Promise<Result<void, AppError>> {
    const host = this.#host;
    // If that can't be determined, it is made to quit: it reads the file only at its start.
    if ((await desktopPresence(host)) === 'gone') return ok(undefined);
    const facts = await desktopFacts(host);
    const commands = quitCommands(host, facts, await firstExisting(host, host.locations.dockerCommands));
    const limit = call.timeoutMs ?? quitMs;
    let reason = '';
    this.#report(message('desktop.quitting-docker-desktop'), call);
    for (const [index, command] of commands.entries()) {
      const ended = await host.run(command.program, command.args, {
        timeoutMs: quitMs,
        ...(call.signal === undefined ? {} : { signal: call.signal }),
      });
      if (ended.code !== 0) {
        reason = ended.stderr.trim() || ended.stdout.trim();
        const what = endedWith(command.program, ended.code);
        this.#report(message('common.what-and-why', { what, why: reason }), call);
      }
      const isLast = index === commands.length - 1;
      const hasQuit = await until(
        host,
        isLast ? limit : ended.code === 0 ? Math.min(limit, quitFallbackMs) : 0,
        call.signal,
        async () => (['gone', 'unknown'].includes(await desktopPresence(host)) ? 'gone' : null),
      );
      if (hasQuit === 'cancelled') return fail('apply.cancelled', message('desktop.quit-cancelled'));
      if (hasQuit === 'gone') return ok(undefined);
    }
    return fail('engine.stop-failed', message('desktop.quit-failed'), {
      reason: reason || message('desktop.still-running', { limit: limit / 1000 }),
      hint: message('desktop.quit-from-menu'),
    });
  }

  async #launch(call: DriverCallOptions): Promise<Result<void, AppError>> {
    const host = this.#host;
    if ((await respondingSocket(host)) !== null) return ok(undefined);
    const facts = await desktopFacts(host);
    if (facts.program === null && facts.version === null)
      return fail('engine.not-installed', message('desktop.not-installed'), {
        hint: message('desktop.install-or-choose-engine'),
      });
    const begun = host.now();
    const filesBefore = await changeTimes(host);
    this.#report(message('desktop.starting-docker-desktop'), call);
    const command = startCommand(host, facts, await firstExisting(host, host.locations.dockerCommands));
    const started = await run(host, command, call);
    if (!started.ok) return started;
    const ready = await this.#waitUntilReady(call, begun, filesBefore);
    if (ready.ok) this.#report(message('desktop.answers'), call);
    return ready;
  }

  async #waitUntilReady(
    call: DriverCallOptions,
    begun: number,
    filesBefore: Awaited<ReturnType<typeof changeTimes>>,
  ): Promise<Result<void, AppError>> {
    const host = this.#host;
    let nextProgress = begun + progressIntervalMs;
    const limit = call.timeoutMs ?? startMs;
    const hasStarted = await until(host, limit, call.signal, async () => {
      if ((await respondingSocket(host)) !== null) return 'ready';
      const problem = await startProblem(host, { at: begun, files: filesBefore });
      if (problem !== null) return { problem };
      if (host.now() >= nextProgress) {
        nextProgress += progressIntervalMs;
        const seconds = Math.round((host.now() - begun) / 1000);
        this.#report(message('desktop.waiting-for-docker-desktop', { seconds }), call);
      }
      return null;
    });
    if (hasStarted === 'cancelled') return fail('apply.cancelled', message('desktop.wait-cancelled'));
    if (hasStarted === 'late')
      return fail('engine.start-failed', message('desktop.not-ready'), {
        reason: message('desktop.engine-no-response', { limit: limit / 1000 }),
        hint: message('desktop.check-window'),
      });
    if (typeof hasStarted === 'object')
      return fail('engine.start-failed', message('desktop.start-failed'), {
        reason: hasStarted.problem,
        hint: message('desktop.settings-file-at-start'),
      });
    return ok(undefined);
  }

  #report(text: string | Message, call: DriverCallOptions): void {
    const line: EngineLogLine = {
      at: new Date(this.#host.now()).toISOString(),
      source: 'bulkhead',
      text: plainText(text),
      ...sentenceOf(text),
    };
    this.#lines.push(line);
    if (this.#lines.length > maxLines) this.#lines.shift();
    call.onLog?.(line);
  }
}

const endedWith = (program: string, code: number | null): Message =>
  message('desktop.program-ended', { program, code: code ?? message('desktop.no-code') });

async function run(
  host: DesktopHost,
  command: Command,
  call: DriverCallOptions,
): Promise<Result<void, AppError>> {
  if (command.lasting === true)
    return (await host.launch(command.program, command.args))
      ? ok(undefined)
      : fail('engine.start-failed', message('desktop.program-not-started'), {
          reason: message('desktop.program-not-run', { program: command.program }),
        });
  const ended = await host.run(command.program, command.args, {
    timeoutMs: 60_000,
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
  return ended.code === 0
    ? ok(undefined)
    : fail('engine.start-failed', message('desktop.program-not-started'), {
        reason: ended.stderr.trim() || ended.stdout.trim() || endedWith(command.program, ended.code),
      });
}

async function engineInfo(host: DesktopHost, socket: string): Promise<EngineInfo | null> {
  try {
    const parsed = engineInfoSchema.safeParse(await host.docker(socket, 5000).info());
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** Calls `poll` until it resolves with a value, for at most `ms`. */
async function until<T>(
  host: DesktopHost,
  ms: number,
  signal: AbortSignal | undefined,
  poll: () => Promise<T | null>,
): Promise<T | 'late' | 'cancelled'> {
  for (const deadline = host.now() + ms; ;) {
    if (signal?.aborted === true) return 'cancelled';
    const value = await poll();
    if (value !== null) return value;
    if (host.now() >= deadline) return 'late';
    await host.wait(pollIntervalMs, signal);
  }
}
