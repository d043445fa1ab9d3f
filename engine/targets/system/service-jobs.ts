import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { message } from '../../../shared/messages/message.ts';
import { maxSlowness } from '../../../shared/process/time-limits.ts';
import { fail, type AppError, type Result } from '../../../shared/result.ts';
import { timeLimit } from '../../base/time-limits.ts';
import { systemctl } from '../guarded/systemd.ts';
import { engineUnits } from './unit-names.ts';

const run = promisify(execFile);

/** Runs `systemctl` for units of ours. Generous: the limits in the units end what hangs, with a reason. */
export const runServiceJob = async (args: readonly string[]): Promise<Result<void, AppError>> =>
  systemctl(args, { timeoutMs: await timeLimit('serviceJob') });

/**
 * Runs `systemctl` for docker.service, whose start has no limit in systemd, and whose stop waits for
 * containers: gives up when the engine has not used the processor for as long as the limit. Of a stop, the
 * limit is at least that of systemd, which an administrator raises for containers that stop slowly.
 */
export async function runEngineJob(
  args: readonly string[],
  limit: 'engineServiceStart' | 'engineServiceStop',
): Promise<Result<void, AppError>> {
  const usualMs = await timeLimit(limit);
  const limitMs =
    limit === 'engineServiceStop' ? stopLimitMs(usualMs, await showEngine('TimeoutStopUSec')) : usualMs;
  const progress = followProgress({ limitMs });
  try {
    const ended = await systemctl(args, { signal: progress.signal });
    return ended.ok || !progress.signal.aborted
      ? ended
      : fail('engine.start-failed', message('system.systemctl-failed', { command: args.join(' ') }), {
          reason: message('system.no-progress', { seconds: Math.round(limitMs / 1000) }),
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
  readonly intervalMs?: number;
  /** Processor time that the engine has used, ms; null: not known. */
  readonly readProcessorMs?: () => Promise<number | null>;
}

/**
 * A signal that is aborted when the engine has not used the processor for `limitMs`, or after many times that
 * time: what computes forever is given up eventually.
 */
export function followProgress({
  limitMs,
  intervalMs = 5_000,
  readProcessorMs = engineProcessorMs,
}: ProgressOptions): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const begun = performance.now();
  let progressAt = begun;
  let last = { at: begun, usedMs: null as number | null };
  const check = async (): Promise<void> => {
    const usedMs = await readProcessorMs();
    const now = performance.now();
    const hasProgress =
      usedMs !== null && last.usedMs !== null && usedMs - last.usedMs >= idleShare * (now - last.at);
    if (hasProgress) progressAt = now;
    last = { at: now, usedMs };
    if (now - progressAt >= limitMs || now - begun >= maxSlowness * limitMs) controller.abort();
  };
  const timer = setInterval(() => {
    void check();
  }, intervalMs);
  return {
    signal: controller.signal,
    end: () => {
      clearInterval(timer);
    },
  };
}

/**
 * Longer than systemd's limit for a stop, `timeoutStop` in the form of `systemctl show` (`1min 30s`,
 * `infinity`): twice, since it waits as long again after SIGKILL. Pure.
 */
export function stopLimitMs(usualMs: number, timeoutStop: string): number {
  if (timeoutStop === 'infinity') return maxSlowness * usualMs;
  const ms = timeoutStop.split(' ').reduce((sum, part) => {
    const [, count = '', unit = ''] = /^(\d+)([a-z]+)$/.exec(part) ?? [];
    return sum + Number(count) * (unitMs[unit] ?? 0);
  }, 0);
  return Math.max(usualMs, 2 * ms);
}

const unitMs: Readonly<Record<string, number>> = { s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 };

/** Processor time of docker.service; null where systemd does not account for it. */
async function engineProcessorMs(): Promise<number | null> {
  const used = await showEngine('CPUUsageNSec');
  return /^\d{1,18}$/.test(used) ? Number(used) / 1e6 : null;
}

/** A property of docker.service; '' if it cannot be read. */
const showEngine = (property: string): Promise<string> =>
  run('systemctl', ['show', `--property=${property}`, '--value', engineUnits.service]).then(
    ({ stdout }) => stdout.trim(),
    () => '',
  );
