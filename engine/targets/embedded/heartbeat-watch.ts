import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { heartbeatMs } from '../../../shared/process/heartbeat.ts';
import { statFields } from '../../base/process-identity.ts';

export interface HeartbeatLimits {
  /** Without a heartbeat for this long, ms, an event loop counts as stuck; default 10 s. */
  readonly limitMs?: number;
  /** The same before the first, while the process is loaded; default 30 s. */
  readonly startLimitMs?: number;
}

/**
 * Calls `stuck` once when what writes to `heartbeats` has stopped to. Counted are looks of our own, one a
 * second, that find nothing new: one that comes late itself does not count, since then this process did not
 * run either (a machine that was suspended or is overloaded), or had no time to read. Returns what ends the
 * watch.
 */
export function watchHeartbeat(
  heartbeats: Readable,
  limits: HeartbeatLimits,
  stuck: (missedMs: number) => void,
): () => void {
  const { limitMs = 10_000, startLimitMs = 30_000 } = limits;
  let beaten = false;
  let begun = false;
  let missed = 0;
  let lookedAt = performance.now();
  const look = () => {
    const now = performance.now();
    const inTime = now - lookedAt < 1.5 * heartbeatMs;
    lookedAt = now;
    if (beaten) missed = 0;
    else if (inTime) missed += 1;
    beaten = false;
    if (missed * heartbeatMs < (begun ? limitMs : startLimitMs)) return;
    end();
    stuck(missed * heartbeatMs);
  };
  const timer = setInterval(look, heartbeatMs);
  const end = () => {
    clearInterval(timer);
  };
  heartbeats.on('data', () => {
    beaten = true;
    begun = true;
  });
  heartbeats.on('error', () => undefined); // its end is seen elsewhere
  return end;
}

/** What a process does that shows no sign of life, in words. */
export function whatItDoes(pid: number): string {
  try {
    const { state } = statFields(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    if (state === 'T' || state === 't') return 'it is stopped';
    if (state === 'R') return 'it is busy';
    return state === 'D' ? 'it waits for a file system or device' : 'it waits in a system call';
  } catch {
    return 'it is gone';
  }
}
