import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { heartbeatMs } from '../../../shared/process/heartbeat.ts';
import { slowness } from '../../base/machine-speed.ts';
import { statFields } from '../../../shared/process/process-stat.ts';

const usualStartMs = 30_000;

export interface HeartbeatLimits {
  /** Without a heartbeat for this long, ms, an event loop counts as stuck; default 10 s. */
  readonly limitMs?: number;
  /** The same until the process is ready; default 30 s, and more on a slow machine (`slowness`). */
  readonly startLimitMs?: number;
}

/**
 * Calls `stuck` once when no heartbeats arrive any more. It counts its own checks, one a second, without a
 * new heartbeat; a check that is itself late does not count, since this process did not run either (the
 * machine was suspended or is overloaded), or had no time to read. Until `ready` resolves, loading or
 * cleaning up may keep the event loop busy, on a slow machine for longer. Returns a function that ends the
 * watch.
 */
export function watchHeartbeat(
  heartbeats: Readable,
  limits: HeartbeatLimits,
  ready: Promise<unknown>,
  stuck: (missedMs: number) => void,
): () => void {
  const { limitMs = 10_000, startLimitMs } = limits;
  let received = false;
  let isReady = false;
  let startMs = startLimitMs ?? usualStartMs;
  void ready.then(() => {
    isReady = true;
  });
  void slowness().then((factor) => {
    startMs = startLimitMs ?? usualStartMs * factor;
  });
  let missed = 0;
  let checkedAt = performance.now();
  const check = () => {
    const now = performance.now();
    const inTime = now - checkedAt < 1.5 * heartbeatMs;
    checkedAt = now;
    if (received) missed = 0;
    else if (inTime) missed += 1;
    received = false;
    if (missed * heartbeatMs < (isReady ? limitMs : startMs)) return;
    end();
    stuck(missed * heartbeatMs);
  };
  const timer = setInterval(check, heartbeatMs);
  const end = () => {
    clearInterval(timer);
  };
  heartbeats.on('data', () => {
    received = true;
  });
  heartbeats.on('error', () => undefined); // its end is handled elsewhere
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
