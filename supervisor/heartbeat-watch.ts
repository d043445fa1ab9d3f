import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { heartbeatMs } from '../shared/process/heartbeat.ts';
import { slowness } from '../engine/base/machine-speed.ts';
import { statFields } from '../shared/process/process-stat.ts';
import { maxSlowness, usualLimits } from '../shared/process/time-limits.ts';

type ProcessStat = ReturnType<typeof statFields>;
/** Of the times in /proc (USER_HZ). */
const ticksPerSecond = 100;

export interface HeartbeatLimits {
  /** How long an event loop may be without a heartbeat, ms; default `usualLimits.heartbeat`. */
  readonly limitMs?: number;
  /**
   * The same until the process is ready; default `usualLimits.heartbeatAtStart`, more on a slow machine
   * (`slowness`).
   */
  readonly startLimitMs?: number;
}

/**
 * Calls `stuck` once when no heartbeats arrive any more. It counts its own checks, one a second, without a
 * new heartbeat; a check that is itself late does not count, since this process did not run either (the
 * machine was suspended or is overloaded), or had no time to read. Of a process that is ready to run by its
 * `stat`, only its processor time counts: others may have the processors; at most `maxSlowness` times the
 * limit passes. Until `ready` resolves, loading or cleaning up may keep the event loop busy, on a slow
 * machine for longer. Returns a function that ends the watch.
 */
export function watchHeartbeat(
  heartbeats: Readable,
  limits: HeartbeatLimits,
  ready: Promise<unknown>,
  stuck: (silentMs: number) => void,
  stat: () => ProcessStat | null = () => null,
): () => void {
  const { limitMs = usualLimits.heartbeat, startLimitMs } = limits;
  let received = false;
  let isReady = false;
  let startMs = startLimitMs ?? usualLimits.heartbeatAtStart;
  void ready.then(() => {
    isReady = true;
  });
  void slowness().then((factor) => {
    startMs = startLimitMs ?? usualLimits.heartbeatAtStart * factor;
  });
  let missedMs = 0;
  let silentMs = 0;
  let checkedAt = performance.now();
  const couldBeatFor = heartbeatTime(stat);
  const check = () => {
    const now = performance.now();
    const inTime = now - checkedAt < 1.5 * heartbeatMs;
    checkedAt = now;
    const couldBeatMs = couldBeatFor(heartbeatMs);
    if (received) missedMs = silentMs = 0;
    else if (inTime) {
      missedMs += couldBeatMs;
      silentMs += heartbeatMs;
    }
    received = false;
    const limit = isReady ? limitMs : startMs;
    if (missedMs < limit && silentMs < maxSlowness * limit) return;
    end();
    stuck(silentMs);
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

/**
 * A function that returns in how much of the time since its last call, `elapsedMs`, the process could have
 * sent a heartbeat: where it waits or is stopped, all of it; where it is ready to run, the processor time
 * that it got.
 */
function heartbeatTime(stat: () => ProcessStat | null): (elapsedMs: number) => number {
  let before = stat()?.processorTicks ?? 0;
  return (elapsedMs) => {
    const now = stat();
    if (now === null) return elapsedMs;
    const usedMs = (now.processorTicks - before) * (1000 / ticksPerSecond);
    before = now.processorTicks;
    return now.state === 'R' ? Math.min(usedMs, elapsedMs) : elapsedMs;
  };
}

/** Null: it is gone. */
export function readStat(pid: number): ProcessStat | null {
  try {
    return statFields(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return null;
  }
}

/** Describes the state of a process that sends no heartbeats, for the log. */
export function describeProcessState(pid: number): string {
  const stat = readStat(pid);
  if (stat === null) return 'it is gone';
  const { state } = stat;
  if (state === 'T' || state === 't') return 'it is stopped';
  if (state === 'R') return 'it is busy';
  return state === 'D' ? 'it waits for a file system or device' : 'it waits in a system call';
}
