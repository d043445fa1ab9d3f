import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { message, type Message } from '../../../shared/messages/message.ts';
import { fixedLimits } from '../../../shared/process/time-limits.ts';
import { fail, type AppError, type Result } from '../../../shared/result.ts';
import { timeLimit } from '../../base/time-limits.ts';
import { systemctl } from '../guarded/systemd.ts';
import { engineUnits } from './unit-names.ts';

const run = promisify(execFile);

/** Runs `systemctl` for units of ours. Generous: the limits in the units end what hangs, with a reason. */
export const runServiceJob = async (args: readonly string[]): Promise<Result<void, AppError>> =>
  systemctl(args, { timeoutMs: await timeLimit('serviceJob') });

interface EngineJobOptions {
  /** Called once if the engine waits for containers that stop; missing if it does not, by live-restore. */
  readonly onWait?: (() => void) | undefined;
}

/**
 * Runs `systemctl` for docker.service, whose start has no limit in systemd, and whose stop waits for
 * containers: gives up when the engine has not used the processor for as long as the limit, or after
 * `engineServiceJob`, since even containers' logs let it use the processor. Of a stop, both are at least the
 * limit of systemd, which an administrator raises for containers that stop slowly; without such a limit, the
 * first one is not over while containers of the engine still run.
 */
export async function runEngineJob(
  args: readonly string[],
  limit: 'engineServiceStart' | 'engineServiceStop',
  { onWait }: EngineJobOptions = {},
): Promise<Result<void, AppError>> {
  const isStop = limit === 'engineServiceStop';
  const stopMs = isStop ? systemdStopMs(await showEngine('TimeoutStopUSec')) : 0;
  const progress = followProgress({
    limitMs: Math.max(await timeLimit(limit), stopMs),
    totalMs: Math.max(fixedLimits.engineServiceJob, stopMs),
    ...(isStop && onWait !== undefined ? { isWaiting: waitsForContainers, onWait } : {}),
  });
  try {
    const ended = await systemctl(args, { signal: progress.signal });
    const reason = progress.reason();
    return ended.ok || reason === null
      ? ended
      : fail('engine.start-failed', message('system.systemctl-failed', { command: args.join(' ') }), {
          reason,
          hint: message('system.see-journal'),
        });
  } finally {
    progress.end();
  }
}

/** Less than this part of a processor, the engine waits for something, or for nothing any more. */
const idleShare = 0.01;

interface ProgressOptions {
  readonly limitMs: number;
  readonly totalMs: number;
  readonly intervalMs?: number;
  /** Processor time that the engine has used, ms; null: not known. */
  readonly readProcessorMs?: () => Promise<number | null>;
  /** Whether an engine that does not use it waits for something that may take long. */
  readonly isWaiting?: () => Promise<boolean>;
  /** Called the first time that it does. */
  readonly onWait?: (() => void) | undefined;
}

interface FollowedProgress {
  readonly signal: AbortSignal;
  /** Why the signal is aborted; null while it is not. */
  reason(): Message | null;
  end(): void;
}

/**
 * Its signal is aborted when the engine has not used the processor for `limitMs`, and does not wait, or after
 * `totalMs`.
 */
export function followProgress({
  limitMs,
  totalMs,
  intervalMs = 5_000,
  readProcessorMs = engineProcessorMs,
  isWaiting = () => Promise.resolve(false),
  onWait,
}: ProgressOptions): FollowedProgress {
  const controller = new AbortController();
  const begun = performance.now();
  let reason: Message | null = null;
  let progressAt = begun;
  let last = { at: begun, usedMs: null as number | null };
  let isReading = false;
  let hasWaited = false;
  const giveUp = (why: Message): void => {
    reason ??= why;
    controller.abort();
  };
  const readProgress = async (): Promise<void> => {
    isReading = true;
    const usedMs = await readProcessorMs();
    const now = performance.now();
    const isBusy =
      usedMs !== null && last.usedMs !== null && usedMs - last.usedMs >= idleShare * (now - last.at);
    const waits = !isBusy && (await isWaiting());
    isReading = false;
    if (isBusy || waits) progressAt = now;
    if (waits && !hasWaited) onWait?.();
    hasWaited ||= waits;
    if (usedMs !== null) last = { at: now, usedMs };
    if (now - progressAt >= limitMs) giveUp(message('system.no-progress', { seconds: secondsOf(limitMs) }));
  };
  const timer = setInterval(() => {
    if (performance.now() - begun >= totalMs)
      giveUp(message('system.not-within', { seconds: secondsOf(totalMs) }));
    else if (!isReading) void readProgress();
  }, intervalMs);
  return {
    signal: controller.signal,
    reason: () => reason,
    end: () => {
      clearInterval(timer);
    },
  };
}

const secondsOf = (ms: number): number => Math.round(ms / 1000);

/**
 * How long systemd may take for a stop, by its limit, `timeoutStop` in the form of `systemctl show`
 * (`1min 30s`): twice that, since it waits as long again after SIGKILL. 0 without one: `infinity`, which
 * packages of earlier engines have too (`TimeoutSec=0`), says nothing about containers that stop slowly.
 * Pure.
 */
export const systemdStopMs = (timeoutStop: string): number =>
  timeoutStop.split(' ').reduce((sum, part) => {
    const [, count = '', unit = ''] = /^(\d+)([a-z]+)$/.exec(part) ?? [];
    return sum + 2 * Number(count) * (unitMs[unit] ?? 0);
  }, 0);

const unitMs: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** Processor time of docker.service; null where systemd does not account for it. */
async function engineProcessorMs(): Promise<number | null> {
  const used = await showEngine('CPUUsageNSec');
  return /^\d{1,18}$/.test(used) ? Number(used) / 1e6 : null;
}

/** Whether docker.service is stopping, and containers of it still run: it waits for them without working. */
const waitsForContainers = async (): Promise<boolean> =>
  (await showEngine('ActiveState')) === 'deactivating' && (await hasContainers());

/** Whether a process is root's, and was not started by another user as a program of root's (setuid). */
async function isRoots(directory: string): Promise<boolean> {
  // Not the directory's owner, which is root for any process that is not dumpable.
  const status = await readFile(path.join(directory, 'status'), 'utf8').catch(() => '');
  return /^Uid:(?:\t0){4}$/m.test(status);
}

/**
 * Whether a container of the machine's own engine runs: it has a shim of containerd's until it has ended. The
 * engine does not respond any more while it stops. `processes`: /proc, for tests.
 */
export async function hasContainers(processes = '/proc'): Promise<boolean> {
  const pids = (await readdir(processes).catch(() => [])).filter((name) => /^\d+$/.test(name));
  const shims = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(path.join(processes, pid, 'cmdline'), 'utf8').catch(() => '');
      const [program = '', ...args] = line.split('\0');
      const valueOf = (option: string): string => args[args.indexOf(option) + 1] ?? '';
      return (
        path.basename(program).startsWith('containerd-shim') &&
        valueOf('-namespace') === 'moby' &&
        // The machine's containerd, or that of its dockerd; embedded engines have others.
        /^\/run\/(?:docker\/)?containerd\//.test(valueOf('-address').replace(/^\/var(?=\/run\/)/, '')) &&
        // Any user can run a program with these arguments.
        (await isRoots(path.join(processes, pid)))
      );
    }),
  );
  return shims.includes(true);
}

/** A property of docker.service; '' if it cannot be read, or not in time. */
const showEngine = (property: string): Promise<string> =>
  run('systemctl', ['show', `--property=${property}`, '--value', engineUnits.service], {
    timeout: 10_000,
  }).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
