import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { heartbeatMs } from '../../../shared/process/heartbeat.ts';
import { statFields } from '../../../shared/process/process-stat.ts';

export interface HeartbeatLimits {
  /** Without a heartbeat for this long, ms, an event loop counts as stuck; default 10 s. */
  readonly limitMs?: number;
  /** The same before the first, while the process is loaded; default 30 s. */
  readonly startLimitMs?: number;
}

/**
 * Calls `stuck` once when no heartbeats arrive any more. It counts its own checks, one a second, without a
 * new heartbeat; a check that is itself late does not count, since this process did not run either (the
 * machine was suspended or is overloaded), or had no time to read. Returns a function that ends the watch.
 */
export function watchHeartbeat(
  heartbeats: Readable,
  limits: HeartbeatLimits,
  stuck: (missedMs: number) => void,
): () => void {
  const { limitMs = 10_000, startLimitMs = 30_000 } = limits;
  let received = false;
  let hasStarted = false;
  let missed = 0;
  let checkedAt = performance.now();
  const check = () => {
    const now = performance.now();
    const inTime = now - checkedAt < 1.5 * heartbeatMs;
    checkedAt = now;
    if (received) missed = 0;
    else if (inTime) missed += 1;
    received = false;
    if (missed * heartbeatMs < (hasStarted ? limitMs : startLimitMs)) return;
    end();
    stuck(missed * heartbeatMs);
  };
  const timer = setInterval(check, heartbeatMs);
  const end = () => {
    clearInterval(timer);
  };
  heartbeats.on('data', () => {
    received = true;
    hasStarted = true;
  });
  heartbeats.on('error', () => undefined); // its end is seen elsewhere
  return end;
}

/** Describes the state of a process that sends no heartbeats, for the log. */
export function describeProcessState(pid: number): string {
  try {
    const { state } = statFields(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (state === 'T' || state === 't') return 'it is stopped';
    if (state === 'R') return 'it is busy';
    return state === 'D' ? 'it waits for a file system or device' : 'it waits in a system call';
  } catch {
    return 'it is gone';
  }
}
